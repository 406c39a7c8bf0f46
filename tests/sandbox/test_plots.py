"""The programs that the sandbox writes for a plot, and what it looks for when a question has several steps."""

import ast

import pytest

from chats.gateway.sandbox import coding, evaluate, leading

FAR, NEAR = ("-10", "10"), ("0", "6")
STEPS = "Search the web for sources on tool calling, then plot the curve y = sin(x) with Python"


@pytest.mark.parametrize(
    ("question", "written", "ends"),
    [
        (STEPS, "np.sin(x)", FAR),
        ("plot a sine curve from 0 to 6", "np.sin(x)", NEAR),
        ("Plot the sine of x from 0 to 6.", "np.sin(x)", NEAR),
        ("画出 sin(x) 在 0 到 6 的曲线", "np.sin(x)", NEAR),
        ("画正弦曲线，从 0 到 2π", "np.sin(x)", ("0", "2 * np.pi")),
        ("x 的余弦的图像，0至6", "np.cos(x)", NEAR),
        ("搜索工具调用的资料，再画出 y=sin(x) 在负 3 和 3 之间的图像", "np.sin(x)", ("-3", "3")),
        ("plot cosine between -pi and pi", "np.cos(x)", ("-np.pi", "np.pi")),
        ("Search the news from 2020 to 2024, then plot cos(x) on [0, 6] please", "np.cos(x)", NEAR),
        ("Plot f(x) = x^2 - 2x + 1 from x = 0 to x = 6 in red", "x**2 - 2 * x + 1", NEAR),
        ("graph x squared plus 3 times x for 0 <= x <= 6", "x**2 + 3 * x", NEAR),
        ("plot sin²x + |x| and explain it", "np.sin(x)**2 + np.abs(x)", FAR),
        ("plot sin 2x cos x", "np.sin(2 * x) * np.cos(x)", FAR),
        ("plot the square root of x, 0 to 6", "np.sqrt(x)", NEAR),
        ("plot log(x) from 0 to 6", "np.log(x)", ("0.1", "6")),
        ("plot 1/x from 6 to 0", "1 / x", ("0.1", "6")),
        ("plot x^2 + 1", "x**2 + 1", FAR),
        ("Take y = x, then plot it", "x", FAR),
    ],
)
def test_a_curve_ends_where_its_words_end_and_is_drawn_where_it_was_asked_for(question, written, ends):
    code = coding.code_for(question)
    assert f"\ny = {written}\n" in code
    assert f"np.linspace({', '.join(ends)}, 200)" in code
    ran = evaluate.run(code)
    assert ran.picture
    assert ran.error == ""
    assert ran.output.startswith("200 points, minimum ")


def test_a_row_of_numbers_is_bars():
    ran = evaluate.run(coding.code_for("chart of 3, 5, 9"))
    assert ran.picture
    assert ran.output == "3 points, minimum 3, maximum 9\n"


@pytest.mark.parametrize(
    "question",
    [
        "Draw a chart with an x-axis",
        "draw a 5 x 7 grid",
        "Draw an x-ray of a hand",
        "draw a diagram of the log file",
        "plot " + "(" * 3000 + "x",
        "Call 010 - 6552",
        "```python\nprint(1\n```",
        "```python\n" + "(" * 900 + "\n```",
        "```python\nx = '\0'\n```",
    ],
)
def test_what_python_cannot_read_becomes_a_count_of_words(question):
    code = coding.code_for(question)
    ast.parse(code)
    assert "characters" in evaluate.run(code).output


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (STEPS, "sources on tool calling"),
        ("Search for tea and then plot x^2", "tea"),
        ("Plot x^2, then search for tea", "tea"),
        ("搜索长城然后画图", "长城"),
        ("搜索长城，再画出 sin(x)", "长城"),
        ("搜索再生能源", "再生能源"),
        ("搜索太阳能、再生能源", "太阳能、再生能源"),
        ("Search for the then president", "the then president"),
        ("Search for tea", "tea"),
        ("then", "then"),
    ],
)
def test_a_search_looks_for_its_own_step_only(text, query):
    assert leading.query_of(text) == query
