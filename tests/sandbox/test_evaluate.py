"""The small Python that the sandbox runs by itself, and the programs it writes for a question."""

import time

import pytest

from chats.gateway.sandbox import coding, corpus, evaluate

FIB = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint([fib(i) for i in range(9)])"
PRIMES = "print(sum(1 for n in range(2, 500) if all(n % d for d in range(2, int(n ** 0.5) + 1))))"


@pytest.mark.parametrize(
    ("code", "output"),
    [
        ("print(123**21)", f"{123**21}\n"),
        ("1 + 2", "3\n"),
        ("import math\nmath.sqrt(16)", "4.0\n"),
        (FIB, "[0, 1, 1, 2, 3, 5, 8, 13, 21]\n"),
        (PRIMES, "95\n"),
        ("d = {'a': 1}\nd['a'] += 2\nfor k, v in d.items():\n    print(k, v)", "a 3\n"),
        ("total = 0\nfor i in range(9):\n    if i % 2:\n        continue\n    total += i\ntotal", "20\n"),
        ("i = 0\nwhile True:\n    i += 1\n    if i > 4:\n        break\nprint(f'{i:>3}|{1/3:.2f}')", "  5|0.33\n"),
        (
            "print(sorted([3, 1, 2], key=lambda v: -v), 'a-b'.split('-'), [1, 2, 3][::-1])",
            "[3, 2, 1] ['a', 'b'] [3, 2, 1]\n",
        ),
        ("try:\n    int('x')\nexcept ValueError:\n    print('bad')\nfinally:\n    print('end')", "bad\nend\n"),
        ("from statistics import mean\nmean([1, 2, 6])", "3\n"),
        ("import numpy as np\nprint(np.linspace(0, 1, 3) * 2)", "[0 1 2]\n"),
        ("(lambda a, b=2: a * b)(4)", "8\n"),
        ("{c: 'hello'.count(c) for c in 'hel'}", "{'h': 1, 'e': 1, 'l': 2}\n"),
    ],
)
def test_a_small_program_runs(code, output):
    assert evaluate.run(code) == evaluate.Ran(output)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("1/0", "ZeroDivisionError"),
        ("print(x)", "NameError"),
        ("print(1", "SyntaxError"),
        ("{}['a']", "KeyError: 'a'"),
        ("import os", "ModuleNotFoundError"),
        ("open('/etc/passwd')", "NameError"),
        ("__import__('os')", "NameError"),
        ("().__class__", "AttributeError"),
        ("[].__class__.__base__.__subclasses__()", "AttributeError"),
        ("print.__self__", "AttributeError"),
        ("int.mro()", "AttributeError"),
        ("(lambda: 0).__globals__", "AttributeError"),
        ("'{0.__class__}'.format(1)", "AttributeError"),
        ("import math\nmath.__loader__", "AttributeError"),
        ("import math\nmath.factorial(10**8)", "TooMuch"),
        ("9**9**9", "TooMuch"),
        ("1 << 10**9", "TooMuch"),
        ("'a' * 10**9", "TooMuch"),
        ("list(range(10**9))", "TooMuch"),
        ("x = 2\nwhile True:\n    x = x * x", "TooMuch"),
        ("s = 'a' * 1000\ns.replace('a', 'b' * 90000)", "TooMuch"),
        ("'a'.join(['b' * 90000] * 90000)", "TooMuch"),
        ("print(f'{1:>99999999}')", "TooMuch"),
        ("'%99999999d' % 1", "TooMuch"),
        ("'a'.zfill(10**9)", "TooMuch"),
        ("while True:\n    pass", "TooMuch"),
        ("while True:\n    print('a' * 1000)", "TooMuch"),
        ("try:\n    while True:\n        pass\nexcept Exception:\n    print('caught')", "TooMuch"),
        ("x = [1]\nfor i in range(60):\n    x = [x, x]\nprint(x)", "TooMuch"),
        ("x = [1]\nfor i in range(60):\n    x = [x, x]\nx == [x]", "TooMuch"),
        ("x = []\nx.append(x)\nprint(x)", "TooMuch"),
        ("a = list(range(90000))\nwhile True:\n    a.insert(0, 1)", "TooMuch"),
        ("f = lambda: f()\nf()", "RecursionError"),
        ("class A:\n    pass", "NotSupported"),
    ],
)
def test_what_fails_or_asks_for_too_much_ends_soon_with_its_reason(code, error):
    began = time.process_time()
    ran = evaluate.run(code)
    assert ran.error.startswith(error), ran
    assert time.process_time() - began < 5
    assert "caught" not in ran.output


def test_a_plot_is_a_picture_and_only_then():
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9], label='squares')\nplt.legend()\nplt.show()"
    assert (evaluate.run(code).picture or b"").startswith(b"\x89PNG")
    assert evaluate.run("print(1)").picture is None


@pytest.mark.parametrize(
    ("question", "output"),
    [
        ("What is 123 to the power of 21?", f"{123**21}\n"),
        ("12×(3+4)等于几", "84\n"),
        ("3 plus 4 times 2", "11\n"),
        ("1,234 * 5", "6170\n"),
        ("5的阶乘", "120\n"),
        ("the square root of 144", "12.0\n"),
        ("前 5 个斐波那契数", "[0, 1, 1, 2, 3]\n"),
        ("20以内的质数", "8 primes: [2, 3, 5, 7, 11, 13, 17, 19]\n"),
        ("mean of 3, 4, 8", "sum 15\nmean 5\nmedian 4\nleast 3 most 8\n"),
        ("```python\nprint('held')\n```", "held\n"),
    ],
)
def test_a_question_becomes_a_program(question, output):
    assert coding.is_asked_for(question)
    assert evaluate.run(coding.code_for(question)).output == output


@pytest.mark.parametrize("question", ["Tell me a story", "What happened on 2024-05-06?", "How is GPT-4 different?"])
def test_what_is_no_sum_is_not_computed_but_its_words_can_be_counted(question):
    assert not coding.is_asked_for(question)
    assert evaluate.run(coding.code_for(question)).output.startswith(f"{len(question)} characters")


@pytest.mark.parametrize(
    ("query", "link"),
    [
        ("How long is the Great Wall?", "/en/great-wall"),
        ("搜索一下长城有多长", "/zh/great-wall"),
        ("python asyncio", "/en/asyncio"),
        ("大熊猫吃什么", "/zh/giant-panda"),
        ("how fast is light", "/en/speed-of-light"),
    ],
)
def test_the_built_in_web_finds_the_page_in_the_questions_language(query, link):
    first = corpus.search(query, 3)[0]
    assert first.link == corpus.SITE + link
    assert first.snippet in first.text
    assert corpus.page_at(first.link).title == first.title


def test_nothing_is_found_where_nothing_fits():
    assert corpus.search("xyzzy plugh", 10) == []
