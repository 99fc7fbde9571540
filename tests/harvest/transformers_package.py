"""A small package laid out as transformers is: a type for each way in which one is told."""

from __future__ import annotations

MAPPED = {
    "bert": "BertConfig",
    "funnel": "FunnelConfig",
    "llama": "LlamaConfig",
    "qwen3_moe": "Qwen3MoeConfig",
    "see_2_5": "See2_5Config",
    "see_2_5_eye": "See2_5EyeConfig",
    "see_2_5_text": "See2_5TextConfig",
    "rt_seer": "RtSeerConfig",
    "convy": "ConvyConfig",
    "patchy": "PatchyConfig",
    "snake": "SnakeConfig",
    "pair": "PairConfig",
    "lone-codec": "LoneCodecConfig",
    "riddle": "RiddleConfig",
}


def configuration(name: str, model_type: str, body: str = "", checkpoint: str | None = None, title: str = "") -> str:
    """Write a file that configures one type, its parts left out."""
    decorator = f'@auto_docstring(checkpoint="{checkpoint}")\n' if checkpoint is not None else "@auto_docstring\n"
    doc = f'"""{title}"""\n' if title else ""
    return f'{doc}{decorator}@strict\nclass {name}(PreTrainedConfig):\n    model_type = "{model_type}"\n{body}'


def mapping(name: str, given: dict[str, str]) -> str:
    """Write a map as the package does."""
    return f"{name} = OrderedDict(\n    [\n" + "".join(f"        {pair!r},\n" for pair in given.items()) + "    ]\n)\n"


SEE = (
    configuration("See2_5EyeConfig", "see_2_5_eye", "    patch_size: int = 14\n")
    + configuration("See2_5TextConfig", "see_2_5_text", "    num_experts: int = 8\n")
    + configuration(
        "See2_5Config",
        "see_2_5",
        '    sub_configs_defaults = {\n        "vision_config": See2_5EyeConfig,\n'
        '        "text_config": SubConfigSpec(config_class=AutoConfig, model_type="see_2_5_text"),\n    }\n',
        "maker/See2.5-VL",
    )
)
MODELS = "transformers/models"
FILES: dict[str, str] = {
    f"{MODELS}/auto/auto_mappings.py": (
        "from collections import OrderedDict\n"
        + mapping("CONFIG_MAPPING_NAMES", MAPPED)
        + mapping("SPECIAL_MODEL_TYPE_TO_MODULE_NAME", {"see_2_5_eye": "see_2_5", "see_2_5_text": "see_2_5"})
    ),
    f"{MODELS}/auto/configuration_auto.py": (
        "from .auto_mappings import CONFIG_MAPPING_NAMES, SPECIAL_MODEL_TYPE_TO_MODULE_NAME\n"
        'CONFIG_MAPPING_NAMES.update({"RiddleModel": "RiddleConfig"})\n'
        'SPECIAL_MODEL_TYPE_TO_MODULE_NAME.update({"RiddleModel": "riddle"})\n'
        'CONFIG_MAPPING_NAMES = OrderedDict(**{"bert-sw": "BertConfig"}, **CONFIG_MAPPING_NAMES)\n'
    ),
    f"{MODELS}/auto/modeling_auto.py": (
        "from collections import OrderedDict\n"
        + mapping(
            "MODEL_MAPPING_NAMES",
            {
                "bert": "BertModel",
                "llama": "LlamaModel",
                "see_2_5": "See2_5Model",
                "snake": "SnakeModel",
                "see_2_5_text": "See2_5TextModel",
                "lone-codec": "LoneCodecModel",
            },
        )
        + mapping("MODEL_FOR_MASKED_LM_MAPPING_NAMES", {"bert": "BertForMaskedLM", "bert-sw": "BertForMaskedLM"})
        + mapping(
            "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
            {
                "bert": "BertLMHeadModel",
                "llama": "LlamaForCausalLM",
                "qwen3_moe": "Qwen3MoeForCausalLM",
                "snake": "SnakeForCausalLM",
            },
        )
        + mapping("MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES", {"see_2_5": "See2_5ForConditionalGeneration"})
        + mapping("MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES", {"pair": "PairForConditionalGeneration"})
        + mapping("MODEL_FOR_OBJECT_DETECTION_MAPPING_NAMES", {"rt_seer": "RtSeerForObjectDetection"})
        + mapping("MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES", {"convy": "ConvyNet", "patchy": "PatchyNet"})
        + mapping("MODEL_FOR_SMELL_MAPPING_NAMES", {"riddle": "RiddleForSmell"})
        + "MODEL_MAPPING = _LazyAutoMapping(CONFIG_MAPPING_NAMES, MODEL_MAPPING_NAMES)\n"
    ),
    f"{MODELS}/bert/configuration_bert.py": configuration(
        "BertConfig",
        "bert",
        "    vocab_size: int = 30522\n",
        "google-bert/bert-base-uncased",
        "BERT model configuration",
    ),
    f"{MODELS}/funnel/configuration_funnel.py": configuration("FunnelConfig", "funnel", "", "maker/funnel-small"),
    f"{MODELS}/llama/configuration_llama.py": configuration(
        "LlamaConfig", "llama", "", "meta-llama/Llama-2-7b-hf", "LLaMA model configuration"
    ),
    f"{MODELS}/qwen3_moe/configuration_qwen3_moe.py": configuration("Qwen3MoeConfig", "qwen3_moe"),
    f"{MODELS}/see_2_5/configuration_see_2_5.py": SEE,
    f"{MODELS}/see_2_5/modeling_see_2_5.py": (
        "class See2_5PreTrainedModel(PreTrainedModel):\n    input_modalities = ('image', 'video', 'text')\n"
        "class See2_5Model(See2_5PreTrainedModel):\n    pass\n"
        "class See2_5TextModel(See2_5PreTrainedModel):\n    input_modalities: str = 'text'\n"
    ),
    f"{MODELS}/rt_seer/configuration_rt_seer.py": configuration(
        "RtSeerConfig", "rt_seer", "    num_queries: int = 300\n"
    ),
    f"{MODELS}/convy/configuration_convy.py": configuration("ConvyConfig", "convy", "    depths: list = None\n"),
    f"{MODELS}/patchy/configuration_patchy.py": configuration(
        "PatchyConfig", "patchy", "    num_attention_heads: int = 12\n"
    ),
    f"{MODELS}/snake/configuration_snake.py": configuration("SnakeConfig", "snake", "    state_size: int = 16\n"),
    f"{MODELS}/pair/configuration_pair.py": configuration("PairConfig", "pair"),
    f"{MODELS}/lone_codec/configuration_lone_codec.py": configuration("LoneCodecConfig", "lone-codec"),
    f"{MODELS}/riddle/configuration_riddle.py": configuration("RiddleConfig", "riddle", "", ""),
    "transformers/pipelines/__init__.py": (
        "SUPPORTED_TASKS = {\n"
        '    "fill-mask": {"pt": (A,) if ready() else (), "default": {"model": ("maker/bert-tiny", "ec58a5b")}},\n'
        '    "text-generation": {"default": {"model": {"pt": ("maker/Llama-9-3B", "a07cc9a")}}},\n'
        '    "smelling": {"default": {"model": ("maker/bert-tiny", "ec58a5b")}},\n'
        '    "other": {"type": "text"},\n'
        "}\n"
    ),
    "transformers/utils/quantization_config.py": (
        "class QuantizationMethod(str, Enum):\n    GPTQ = 'gptq'\n    BITS = 'bits'\n    LOST = 'lost'\n"
        "class Backend(str, Enum):\n    AUTO = 'auto'\n"
        "class QuantizationConfigMixin:\n    quant_method: QuantizationMethod\n"
        "class GPTQConfig(QuantizationConfigMixin):\n"
        "    def __init__(self, bits: int, backend: Backend = Backend.AUTO, quant_method='x', **more):\n        pass\n"
        "class BitsConfig(QuantizationConfigMixin):\n    size: int = 4\n"
    ),
    "transformers/quantizers/auto.py": (
        'AUTO_QUANTIZATION_CONFIG_MAPPING = {"gptq": GPTQConfig, "bits_4": BitsConfig, "bits_8": BitsConfig}\n'
    ),
}
