"""What a model can do, as the few words that people search and filter by."""

from .spec import ModelSpec

# Each with the words somebody may type for it; the first is the ability itself.
WORDS = {
    "sees": "sees see vision image picture photo ocr 看 看图 图 图片 视觉 识图",
    "watches": "watches watch video film 看视频 视频 影片 视频理解",
    "hears": "hears hear audio sound listen 听 听力 音频 声音 语音",
    "reads": "reads read document pdf file 读 文档 文件",
    "thinks": "thinks think thinking reasoning 思考 推理 深度思考",
    "speaks": "speaks speak voice speech tts 说 说话 朗读 语音 语音合成",
    "draws": "draws draw image picture 画 作图 生图 图片生成 绘画",
    "films": "films film video animate 拍 视频生成 生视频",
    "live": "live realtime voice call 实时 通话 实时语音",
    "embeds": "embeds embed embedding vector 向量 向量化 嵌入",
    "codes": "codes code interpreter python 代码 代码解释器",
    "searches": "searches search web 搜索 联网",
}


def abilities(spec: ModelSpec) -> tuple[str, ...]:
    """In the order of WORDS."""
    thinks = spec.options.get("thinking", {}).get("mode", "none") != "none"
    known = {
        "sees": "image" in spec.inputs,
        "watches": "video" in spec.inputs,
        "hears": "audio" in spec.inputs,
        "reads": "file" in spec.inputs,
        "thinks": thinks,
        "speaks": "audio" in spec.outputs,
        "draws": "image" in spec.outputs,
        "films": "video" in spec.outputs,
        "live": spec.kind == "realtime",
        "embeds": "vector" in spec.outputs,
        "codes": bool(spec.options.get("code_interpreter")),
        "searches": spec.kind == "search",
    }
    return tuple(name for name in WORDS if known[name])
