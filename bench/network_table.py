"""The networks that `networks.py` builds: name, label, role, convention, entries, source, and how it is built."""

# A network is a row of a table: its line is as long as it is.
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

from networks import DIFFUSERS, MUSUBI, SCRIPTS, diffusers, ldm, lines, llm, renamed, scripts, transformers

Row = tuple[str, str, str, str, str, str, Any]
T = DIFFUSERS + "models/transformers/transformer_"
M = DIFFUSERS + "models/transformers/"
U = DIFFUSERS + "models/unets/unet_"
HUB = "https://huggingface.co/"

_BLOCKS = {
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
    "block_out_channels": (320, 640, 1280, 1280),
}
_XL = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (320, 640, 1280),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "cross_attention_dim": 2048,
    "attention_head_dim": (5, 10, 20),
    "projection_class_embeddings_input_dim": 2816,
}
_SD1 = diffusers("UNet2DConditionModel", **_BLOCKS, cross_attention_dim=768)
_SD2 = diffusers(
    "UNet2DConditionModel",
    **_BLOCKS,
    cross_attention_dim=1024,
    attention_head_dim=(5, 10, 20, 20),
    use_linear_projection=True,
)
_SDXL = diffusers("UNet2DConditionModel", **_XL, transformer_layers_per_block=(1, 2, 10))
_REFINER = diffusers(
    "UNet2DConditionModel",
    **_BLOCKS
    | {
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "block_out_channels": (384, 768, 1536, 1536),
    },
    attention_head_dim=(6, 12, 24, 24),
    transformer_layers_per_block=4,
    cross_attention_dim=1280,
    use_linear_projection=True,
    addition_embed_type="text_time",
    addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=2560,
)
_KOLORS = diffusers(
    "UNet2DConditionModel",
    **_XL | {"projection_class_embeddings_input_dim": 5632},
    transformer_layers_per_block=(1, 2, 10),
    encoder_hid_dim=4096,
    encoder_hid_dim_type="text_proj",
)
_SSD = diffusers(
    "UNet2DConditionModel",
    **_XL,
    mid_block_type="UNetMidBlock2D",
    transformer_layers_per_block=(1, 2, 4),
    reverse_transformer_layers_per_block=((4, 4, 10), (2, 1, 1), 1),
)
_UNET = U + "2d_condition.py"
_SD1_OF = "info/unet/stable-diffusion-1.5 info/unet/stable-diffusion-1.4"
_SD2_OF = "info/unet/stable-diffusion-2 info/unet/stable-diffusion-2.1 info/unet/sd-turbo"
_SDXL_OF = "info/unet/stable-diffusion-xl"
_FLUX_OF = "info/dit/flux-1"
_WAN14_OF = "model/dit/wan-2.1/t2v-14b model/dit/wan-2.2/t2v-a14b model/dit/wan-2.2/i2v-a14b"
_ATTENTION = ((r"\.attn1\.to_[qkv]$", ".attn1.qkv"), (r"attn1\.qkv", "attn.qkv"), (r"attn1\.to_out\.0", "attn.proj"))
_CROSS = ((r"attn2\.to_q", "cross_attn.q_linear"), (r"attn2\.to_[kv]$", "cross_attn.kv_linear"))
_BLOCK = ((r"^transformer_blocks", "blocks"), (r"attn2\.to_out\.0", "cross_attn.proj"))
_PIXART_FF = ((r"ff\.net\.0\.proj", "mlp.fc1"), (r"ff\.net\.2", "mlp.fc2"))
_PIXART_TOP = (
    (r"^adaln_single\.linear", "t_block.1"),
    (r"^caption_projection\.linear_", "y_embedder.y_proj.fc"),
    (r"^pos_embed\.proj", "x_embedder.proj"),
    (r"^adaln_single\.emb\.timestep_embedder\.linear_1", "t_embedder.mlp.0"),
    (r"^adaln_single\.emb\.timestep_embedder\.linear_2", "t_embedder.mlp.2"),
)


def _pixart(**more: Any) -> Any:
    sizes = {"cross_attention_dim": 1152, "caption_channels": 4096, "norm_type": "ada_norm_single", "sample_size": 32}
    return diffusers("PixArtTransformer2DModel", **sizes | more)


def _sd3(layers: int, heads: int, **more: Any) -> Any:
    sizes = {"num_layers": layers, "num_attention_heads": heads, "caption_projection_dim": heads * 64}
    return diffusers("SD3Transformer2DModel", **sizes, **more)


def _mmdit(depth: int, kind: str, size: int, norm: str | None, dual: list[int]) -> Any:
    def build(module: Any) -> Any:
        hidden = depth * 64
        params = module.SD3Params(2, depth, size * size, size, 2048, norm, dual, 4096, hidden, kind)
        return module.create_sd3_mmdit(params)

    return scripts("library.sd3_models", build)


def _flux(depth: int, single: int) -> Any:
    def build(module: Any) -> Any:
        params = module.configs["dev"].params
        return module.Flux(type(params)(**vars(params) | {"depth": depth, "depth_single_blocks": single}))

    return scripts("library.flux_models", build)


def _flux_diffusers(depth: int, single: int) -> Any:
    return diffusers("FluxTransformer2DModel", num_layers=depth, num_single_layers=single, guidance_embeds=True)


def _wan(dim: int, ffn: int, heads: int, layers: int, kind: str = "t2v", channels: int = 16) -> Any:
    def build(module: Any) -> Any:
        return module.WanModel(
            model_type=kind,
            in_dim=channels,
            dim=dim,
            ffn_dim=ffn,
            num_heads=heads,
            num_layers=layers,
            attn_mode="torch",
        )

    return scripts("musubi_tuner.wan.modules.model", build)


def _wan_diffusers(dim: int, ffn: int, layers: int, **more: Any) -> Any:
    return diffusers("WanTransformer3DModel", num_attention_heads=dim // 128, ffn_dim=ffn, num_layers=layers, **more)


def _predict2(dim: int, blocks: int, heads: int, *, adapter: bool = False) -> Any:
    def build(module: Any) -> Any:
        return module.Anima(
            240, 240, 128, 16, 16, 2, 1, model_channels=dim, num_blocks=blocks, num_heads=heads,
            crossattn_emb_channels=1024, pos_emb_cls="rope3d", use_adaln_lora=True, use_llm_adapter=adapter,
        )  # fmt: skip

    return scripts("library.anima_models", build)


def _kandinsky(dim: int, inner: int, text: int, visual: int, channels: int, time: int) -> Any:
    return diffusers(
        "Kandinsky5Transformer3DModel", model_dim=dim, ff_dim=inner, num_text_blocks=text, num_visual_blocks=visual,
        in_visual_dim=channels, out_visual_dim=channels, time_dim=time,
    )  # fmt: skip


def _cosmos1(heads: int, layers: int) -> Any:
    return diffusers("CosmosTransformer3DModel", num_attention_heads=heads, num_layers=layers, in_channels=17)


def _hunyuan_dit() -> Any:
    return diffusers(
        "HunyuanDiT2DModel", hidden_size=1408, num_layers=40, in_channels=4, patch_size=2, mlp_ratio=4.3637,
        sample_size=128, use_style_cond_and_image_meta_size=True,
    )  # fmt: skip


_HYDIT_TO_ORIGINAL = (
    (r"attn1\.to_[qkv]$", "attn1.Wqkv"),
    (r"attn2\.to_q$", "attn2.q_proj"),
    (r"attn2\.to_[kv]$", "attn2.kv_proj"),
    (r"to_out\.0", "out_proj"),
    (r"norm_([qk])$", r"\1_norm"),
    (r"ff\.net\.0\.proj", "mlp.fc1"),
    (r"ff\.net\.2", "mlp.fc2"),
    (r"norm1\.linear", "default_modulation.1"),
    (r"norm1\.norm", "norm1"),
)


def _clip(hidden: int, inner: int, layers: int, heads: int) -> Any:
    return transformers(
        "CLIPTextModelWithProjection", "CLIPTextConfig", hidden_size=hidden, intermediate_size=inner,
        num_hidden_layers=layers, num_attention_heads=heads, projection_dim=hidden,
    )  # fmt: skip


def _clip_text(*sizes: int) -> Any:
    return renamed(_clip(*sizes), (r"^(?!text_model\.|text_projection)", "text_model."))


def _t5(name: str, config: str, vocabulary: int) -> Any:
    return transformers(
        name, config, vocab_size=vocabulary, d_model=4096, d_kv=64, d_ff=10240, num_layers=24, num_heads=64,
        feed_forward_proj="gated-gelu",
    )  # fmt: skip


_Z_FUSED = ((r"attention\.to_[qkv]$", "attention.qkv"), (r"attention\.to_out\.0$", "attention.out"))
_Z_FUSED += ((r"attention\.norm_([qk])$", r"attention.\1_norm"),)
_MOCHI = (
    (r"^transformer_blocks", "blocks"),
    (r"attn1\.to_[qkv]$", "attn.qkv_x"),
    (r"attn1\.add_[qkv]_proj$", "attn.qkv_y"),
    (r"attn1\.to_out\.0", "attn.proj_x"),
    (r"attn1\.to_add_out", "attn.proj_y"),
    (r"ff\.net\.0\.proj", "mlp_x.w1"),
    (r"ff\.net\.2", "mlp_x.w2"),
    (r"ff_context\.net\.0\.proj", "mlp_y.w1"),
    (r"ff_context\.net\.2", "mlp_y.w2"),
    (r"norm1\.linear", "mod_x"),
    (r"norm1_context\.linear(_1)?$", "mod_y"),
)

UNETS: list[Row] = [
    ("sd-1-unet-diffusers", "Stable Diffusion 1 UNet", "unet", "diffusers", _SD1_OF, _UNET, _SD1),
    ("sd-1-unet-original", "Stable Diffusion 1 UNet", "unet", "original", _SD1_OF, SCRIPTS + "library/model_util.py", ldm(_SD1)),
    ("sd-2-unet-diffusers", "Stable Diffusion 2 UNet", "unet", "diffusers", _SD2_OF, _UNET, _SD2),
    ("sd-2-unet-original", "Stable Diffusion 2 UNet", "unet", "original", _SD2_OF, SCRIPTS + "library/model_util.py", ldm(_SD2)),
    ("sdxl-unet-diffusers", "Stable Diffusion XL UNet", "unet", "diffusers", _SDXL_OF, _UNET, _SDXL),
    ("sdxl-unet-original", "Stable Diffusion XL UNet", "unet", "original", _SDXL_OF, SCRIPTS + "library/sdxl_original_unet.py", ldm(_SDXL)),
    ("sdxl-refiner-unet-diffusers", "SDXL Refiner UNet", "unet", "diffusers", "model/unet/stable-diffusion-xl/refiner", _UNET, _REFINER),
    ("sdxl-refiner-unet-original", "SDXL Refiner UNet", "unet", "original", "model/unet/stable-diffusion-xl/refiner", _UNET, ldm(_REFINER)),
    ("kolors-unet-diffusers", "Kolors UNet", "unet", "diffusers", "info/unet/kolors", _UNET, _KOLORS),
    ("ssd-1b-unet-diffusers", "SSD-1B UNet", "unet", "diffusers", "model/unet/stable-diffusion-xl/ssd-1b", _UNET, _SSD),
    ("ssd-1b-unet-original", "SSD-1B UNet", "unet", "original", "model/unet/stable-diffusion-xl/ssd-1b", _UNET, ldm(_SSD)),
    ("svd-unet-diffusers", "Stable Video Diffusion UNet", "unet", "diffusers", "info/unet/stable-video-diffusion", U + "spatio_temporal_condition.py",
     diffusers("UNetSpatioTemporalConditionModel", num_attention_heads=(5, 10, 20, 20))),
    ("stable-cascade-prior-diffusers", "Stable Cascade prior", "unet", "diffusers", "model/unet/stable-cascade/prior", U + "stable_cascade.py",
     diffusers("StableCascadeUNet", conditioning_dim=2048, in_channels=16, out_channels=16, block_out_channels=(2048, 2048),
               num_attention_heads=(32, 32), down_num_layers_per_block=(8, 24), up_num_layers_per_block=(24, 8),
               down_blocks_repeat_mappers=(1, 1), up_blocks_repeat_mappers=(1, 1), block_types_per_layer=(("SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"),) * 2,
               clip_text_in_channels=1280, clip_text_pooled_in_channels=1280, clip_image_in_channels=768, clip_seq=4, kernel_size=3, switch_level=(False,), pixel_mapper_in_channels=None)),
]  # fmt: skip

TRANSFORMERS: list[Row] = [
    ("sd-3-medium-diffusers", "Stable Diffusion 3 Medium", "transformer", "diffusers", "info/dit/stable-diffusion-3", T + "sd3.py", _sd3(24, 24, pos_embed_max_size=192)),
    ("sd-3.5-medium-diffusers", "Stable Diffusion 3.5 Medium", "transformer", "diffusers", "model/dit/stable-diffusion-3.5/medium", T + "sd3.py",
     _sd3(24, 24, pos_embed_max_size=384, qk_norm="rms_norm", dual_attention_layers=tuple(range(13)))),
    ("sd-3.5-large-diffusers", "Stable Diffusion 3.5 Large", "transformer", "diffusers", "model/dit/stable-diffusion-3.5/large", T + "sd3.py", _sd3(38, 38, qk_norm="rms_norm")),
    ("sd-3-medium-original", "Stable Diffusion 3 Medium", "transformer", "original", "info/dit/stable-diffusion-3", SCRIPTS + "library/sd3_models.py", _mmdit(24, "sd3m", 192, None, [])),
    ("sd-3.5-medium-original", "Stable Diffusion 3.5 Medium", "transformer", "original", "model/dit/stable-diffusion-3.5/medium", SCRIPTS + "library/sd3_models.py", _mmdit(24, "sd3-5-medium", 384, "rms", list(range(13)))),
    ("sd-3.5-large-original", "Stable Diffusion 3.5 Large", "transformer", "original", "model/dit/stable-diffusion-3.5/large", SCRIPTS + "library/sd3_models.py", _mmdit(38, "sd3-5-large", 192, "rms", [])),
    ("flux-1-original", "FLUX.1", "transformer", "original", _FLUX_OF, SCRIPTS + "library/flux_models.py", _flux(19, 38)),
    ("flux-1-diffusers", "FLUX.1", "transformer", "diffusers", _FLUX_OF, T + "flux.py", _flux_diffusers(19, 38)),
    ("flux-1-xlabs", "FLUX.1, adapters of XLabs", "transformer", "original", _FLUX_OF, DIFFUSERS + "loaders/lora_conversion_utils.py",
     lines("double_blocks.{0-18}.processor.qkv_lora{1-2} 3072 9216", "double_blocks.{0-18}.processor.proj_lora{1-2} 3072 3072",
           "single_blocks.{0-37}.processor.qkv_lora 3072 9216", "single_blocks.{0-37}.processor.proj_lora 15360 3072")),
    ("flux-1-lite-original", "FLUX.1 lite", "transformer", "original", "model/dit/flux-1/lite-8b model/dit/flux-1/flex-1-alpha", SCRIPTS + "library/flux_models.py", _flux(8, 38)),
    ("flux-1-lite-diffusers", "FLUX.1 lite", "transformer", "diffusers", "model/dit/flux-1/lite-8b model/dit/flux-1/flex-1-alpha", T + "flux.py", _flux_diffusers(8, 38)),
    ("flux-1-mini-original", "FLUX.1 mini", "transformer", "original", "model/dit/flux-1/mini", SCRIPTS + "library/flux_models.py", _flux(5, 10)),
    ("chroma-1-original", "Chroma", "transformer", "original", "info/dit/chroma-1", SCRIPTS + "library/chroma_models.py", scripts("library.chroma_models", lambda m: m.Chroma(m.chroma_params))),
    ("chroma-1-diffusers", "Chroma", "transformer", "diffusers", "info/dit/chroma-1", T + "chroma.py", diffusers("ChromaTransformer2DModel")),
    ("longcat-image-diffusers", "LongCat-Image", "transformer", "diffusers", "info/dit/longcat-image", T + "longcat_image.py", diffusers("LongCatImageTransformer2DModel", num_layers=10, num_single_layers=20)),
    ("ovis-image-diffusers", "Ovis-Image", "transformer", "diffusers", "info/dit/ovis-image", T + "ovis_image.py", diffusers("OvisImageTransformer2DModel")),
    *[(f"flux-2-{n}-original", f"FLUX.2 {n}", "transformer", "original", of, MUSUBI + "flux_2/flux2_models.py",
       scripts("musubi_tuner.flux_2.flux2_models", lambda m, c=c: m.Flux2(getattr(m, c)(), attn_mode="torch")))
      for n, c, of in (("dev", "Flux2Params", "model/dit/flux-2/dev"), ("klein-9b", "Klein9BParams", "model/dit/flux-2/klein-9b model/dit/flux-2/klein-base-9b"), ("klein-4b", "Klein4BParams", "model/dit/flux-2/klein-4b model/dit/flux-2/klein-base-4b"))],
    *[(f"flux-2-{n}-diffusers", f"FLUX.2 {n}", "transformer", "diffusers", of, T + "flux2.py",
       diffusers("Flux2Transformer2DModel", num_layers=d, num_single_layers=s, num_attention_heads=h, joint_attention_dim=t, guidance_embeds=g))
      for n, d, s, h, t, g, of in (("dev", 8, 48, 48, 15360, True, "model/dit/flux-2/dev"), ("klein-9b", 8, 24, 32, 12288, False, "model/dit/flux-2/klein-9b model/dit/flux-2/klein-base-9b"), ("klein-4b", 5, 20, 24, 7680, False, "model/dit/flux-2/klein-4b model/dit/flux-2/klein-base-4b"))],
    ("wan-1.3b-original", "Wan 1.3B", "transformer", "original", "model/dit/wan-2.1/t2v-1.3b", MUSUBI + "wan/modules/model.py", _wan(1536, 8960, 12, 30)),
    ("wan-14b-original", "Wan 14B", "transformer", "original", _WAN14_OF, MUSUBI + "wan/modules/model.py", _wan(5120, 13824, 40, 40)),
    ("wan-14b-i2v-original", "Wan 2.1 14B from images", "transformer", "original", "model/dit/wan-2.1/i2v-14b-480p model/dit/wan-2.1/i2v-14b-720p model/dit/wan-2.1/flf2v-14b-720p", MUSUBI + "wan/modules/model.py", _wan(5120, 13824, 40, 40, "i2v", 36)),
    ("wan-5b-original", "Wan 2.2 TI2V-5B", "transformer", "original", "model/dit/wan-2.2/ti2v-5b", MUSUBI + "wan/modules/model.py", _wan(3072, 14336, 24, 30, channels=48)),
    ("wan-1.3b-diffusers", "Wan 1.3B", "transformer", "diffusers", "model/dit/wan-2.1/t2v-1.3b", T + "wan.py", _wan_diffusers(1536, 8960, 30)),
    ("wan-14b-diffusers", "Wan 14B", "transformer", "diffusers", _WAN14_OF, T + "wan.py", _wan_diffusers(5120, 13824, 40)),
    ("wan-14b-i2v-diffusers", "Wan 2.1 14B from images", "transformer", "diffusers", "model/dit/wan-2.1/i2v-14b-480p model/dit/wan-2.1/i2v-14b-720p model/dit/wan-2.1/flf2v-14b-720p", T + "wan.py", _wan_diffusers(5120, 13824, 40, in_channels=36, image_dim=1280, added_kv_proj_dim=5120)),
    ("wan-5b-diffusers", "Wan 2.2 TI2V-5B", "transformer", "diffusers", "model/dit/wan-2.2/ti2v-5b", T + "wan.py", _wan_diffusers(3072, 14336, 30, in_channels=48, out_channels=48)),
    ("wan-vace-14b-diffusers", "Wan VACE 14B", "transformer", "diffusers", "model/dit/wan-2.1/vace-14b", T + "wan_vace.py", diffusers("WanVACETransformer3DModel", vace_layers=list(range(0, 40, 5)))),
    ("hunyuanvideo-original", "HunyuanVideo", "transformer", "original", "info/dit/hunyuanvideo", MUSUBI + "hunyuan_model/models.py",
     scripts("musubi_tuner.hunyuan_model.models", lambda m: m.load_dit_model(4096, 768, 16, 16, {"attn_mode": "torch"}))),
    ("hunyuanvideo-diffusers", "HunyuanVideo", "transformer", "diffusers", "info/dit/hunyuanvideo", T + "hunyuan_video.py", diffusers("HunyuanVideoTransformer3DModel")),
    ("framepack-diffusers", "FramePack", "transformer", "diffusers", "info/dit/framepack-i2v info/dit/framepack-f1-i2v-hy-20250503", T + "hunyuan_video_framepack.py",
     diffusers("HunyuanVideoFramepackTransformer3DModel", has_image_proj=True, image_proj_dim=1152, has_clean_x_embedder=True)),
    ("hunyuanvideo-1.5-original", "HunyuanVideo 1.5", "transformer", "original", "info/dit/hunyuanvideo-1.5", MUSUBI + "hunyuan_video_1_5/hunyuan_video_1_5_models.py",
     scripts("musubi_tuner.hunyuan_video_1_5.hunyuan_video_1_5_models", lambda m: m.HunyuanVideo_1_5_DiffusionTransformer())),
    ("hunyuanvideo-1.5-diffusers", "HunyuanVideo 1.5", "transformer", "diffusers", "info/dit/hunyuanvideo-1.5", T + "hunyuan_video15.py", diffusers("HunyuanVideo15Transformer3DModel")),
    ("hunyuanimage-2.1-original", "HunyuanImage 2.1", "transformer", "original", "info/dit/hunyuanimage-2.1", SCRIPTS + "library/hunyuan_image_models.py",
     scripts("library.hunyuan_image_models", lambda m: m.HYImageDiffusionTransformer())),
    ("hunyuanimage-2.1-diffusers", "HunyuanImage 2.1", "transformer", "diffusers", "info/dit/hunyuanimage-2.1", T + "hunyuanimage.py", diffusers("HunyuanImageTransformer2DModel", text_embed_2_dim=1472)),
    ("hunyuandit-diffusers", "Hunyuan-DiT", "transformer", "diffusers", "info/dit/hunyuandit info/dit/hunyuandit-1.1 info/dit/hunyuandit-1.2", M + "hunyuan_transformer_2d.py", _hunyuan_dit()),
    ("hunyuandit-original", "Hunyuan-DiT", "transformer", "original", "info/dit/hunyuandit info/dit/hunyuandit-1.1 info/dit/hunyuandit-1.2", M + "hunyuan_transformer_2d.py", renamed(_hunyuan_dit(), *_HYDIT_TO_ORIGINAL)),
    ("qwen-image", "Qwen-Image", "transformer", "diffusers", "info/dit/qwen-image info/dit/qwen-image-edit", T + "qwenimage.py", diffusers("QwenImageTransformer2DModel")),
    ("z-image-diffusers", "Z-Image", "transformer", "diffusers", "info/dit/z-image", T + "z_image.py", diffusers("ZImageTransformer2DModel")),
    ("z-image-original", "Z-Image", "transformer", "original", "info/dit/z-image", DIFFUSERS + "loaders/single_file_utils.py", renamed(diffusers("ZImageTransformer2DModel"), *_Z_FUSED)),
    ("lumina-image-2-original", "Lumina-Image 2.0", "transformer", "original", "info/dit/lumina-image-2", SCRIPTS + "library/lumina_models.py",
     scripts("library.lumina_models", lambda m: m.NextDiT_2B_GQA_patch2_Adaln_Refiner())),
    ("lumina-image-2-diffusers", "Lumina-Image 2.0", "transformer", "diffusers", "info/dit/lumina-image-2", T + "lumina2.py", diffusers("Lumina2Transformer2DModel", cap_feat_dim=2304)),
    ("ltx-video-2b", "LTX-Video 2B", "transformer", "diffusers", "model/dit/ltx-video/0.9 model/dit/ltx-video/0.9.1 model/dit/ltx-video/0.9.5 model/dit/ltx-video/2b-0.9.6-dev model/dit/ltx-video/2b-0.9.8-distilled", T + "ltx.py", diffusers("LTXVideoTransformer3DModel")),
    ("ltx-video-13b", "LTX-Video 13B", "transformer", "diffusers", "model/dit/ltx-video/13b-0.9.7-dev model/dit/ltx-video/13b-0.9.8-dev", T + "ltx.py", diffusers("LTXVideoTransformer3DModel", attention_head_dim=128, cross_attention_dim=4096, num_layers=48)),
    ("ltx-2", "LTX-2", "transformer", "diffusers", "info/dit/ltx-2 info/dit/ltx-2.3", T + "ltx2.py", diffusers("LTX2VideoTransformer3DModel")),
    ("hidream-i1", "HiDream-I1", "transformer", "diffusers", "info/dit/hidream-i1 info/dit/hidream-e1", T + "hidream_image.py",
     diffusers("HiDreamImageTransformer2DModel", patch_size=2, in_channels=16, caption_channels=(4096, 4096), llama_layers=list(range(32)))),
    ("cosmos-1-7b-diffusers", "Cosmos 1.0 7B", "transformer", "diffusers", "model/dit/cosmos-1.0-diffusion/7b-text2world model/dit/cosmos-1.0-diffusion/7b-video2world", T + "cosmos.py", _cosmos1(32, 28)),
    ("cosmos-1-14b-diffusers", "Cosmos 1.0 14B", "transformer", "diffusers", "model/dit/cosmos-1.0-diffusion/14b-text2world model/dit/cosmos-1.0-diffusion/14b-video2world", T + "cosmos.py", _cosmos1(40, 36)),
    ("cosmos-predict2-2b-original", "Cosmos Predict2 2B", "transformer", "original", "model/dit/cosmos-predict2/2b-text2image model/dit/cosmos-predict2/2b-video2world", SCRIPTS + "library/anima_models.py", _predict2(2048, 28, 16)),
    ("cosmos-predict2-14b-original", "Cosmos Predict2 14B", "transformer", "original", "model/dit/cosmos-predict2/14b-text2image model/dit/cosmos-predict2/14b-video2world", SCRIPTS + "library/anima_models.py", _predict2(5120, 36, 40)),
    ("cosmos-predict2-2b-diffusers", "Cosmos Predict2 2B", "transformer", "diffusers", "model/dit/cosmos-predict2/2b-text2image model/dit/cosmos-predict2/2b-video2world info/dit/anima", T + "cosmos.py",
     diffusers("CosmosTransformer3DModel", num_attention_heads=16, num_layers=28, in_channels=17, extra_pos_embed_type=None)),
    ("anima-original", "Anima", "transformer", "original", "info/dit/anima", SCRIPTS + "library/anima_models.py", _predict2(2048, 28, 16, adapter=True)),
    ("pixart-alpha-diffusers", "PixArt-α", "transformer", "diffusers", "info/dit/pixart-alpha", M + "pixart_transformer_2d.py", _pixart(sample_size=128)),
    ("pixart-sigma-diffusers", "PixArt-Σ", "transformer", "diffusers", "info/dit/pixart-sigma", M + "pixart_transformer_2d.py", _pixart(sample_size=128, use_additional_conditions=False)),
    ("pixart-original", "PixArt", "transformer", "original", "info/dit/pixart-alpha info/dit/pixart-sigma", "https://github.com/PixArt-alpha/PixArt-sigma", renamed(_pixart(use_additional_conditions=False), *_ATTENTION, *_CROSS, *_BLOCK, *_PIXART_FF, *_PIXART_TOP)),
    ("sana-1.6b-diffusers", "Sana 1.6B", "transformer", "diffusers", "info/dit/sana info/dit/sana-1.5", M + "sana_transformer.py", diffusers("SanaTransformer2DModel")),
    ("sana-0.6b-diffusers", "Sana 0.6B", "transformer", "diffusers", "model/dit/sana/600m-1024px model/dit/sana/600m-512px", M + "sana_transformer.py",
     diffusers("SanaTransformer2DModel", num_attention_heads=36, num_cross_attention_heads=16, cross_attention_head_dim=72, cross_attention_dim=1152, num_layers=28)),
    ("sana-1.5-4.8b-diffusers", "Sana 1.5 4.8B", "transformer", "diffusers", "model/dit/sana-1.5/4.8b-1024px", M + "sana_transformer.py", diffusers("SanaTransformer2DModel", num_layers=60)),
    ("sana-1.6b-original", "Sana 1.6B", "transformer", "original", "info/dit/sana info/dit/sana-1.5", "https://github.com/NVlabs/Sana",
     renamed(diffusers("SanaTransformer2DModel"), *_ATTENTION, *_CROSS, *_BLOCK, (r"ff\.conv_inverted", "mlp.inverted_conv.conv"), (r"ff\.conv_depth", "mlp.depth_conv.conv"), (r"ff\.conv_point", "mlp.point_conv.conv"))),
    ("sana-video-diffusers", "Sana-Video", "transformer", "diffusers", "info/dit/sana-video", T + "sana_video.py", diffusers("SanaVideoTransformer3DModel")),
    ("cogvideox-2b-diffusers", "CogVideoX 2B", "transformer", "diffusers", "model/dit/cogvideox/2b", M + "cogvideox_transformer_3d.py", diffusers("CogVideoXTransformer3DModel")),
    ("cogvideox-5b-diffusers", "CogVideoX 5B", "transformer", "diffusers", "model/dit/cogvideox/5b model/dit/cogvideox/5b-i2v model/dit/cogvideox-1.5/5b model/dit/cogvideox-1.5/5b-i2v model/dit/consisid/preview", M + "cogvideox_transformer_3d.py",
     diffusers("CogVideoXTransformer3DModel", num_attention_heads=48, num_layers=42, use_rotary_positional_embeddings=True)),
    ("cogview4-diffusers", "CogView4", "transformer", "diffusers", "info/dit/cogview4", T + "cogview4.py", diffusers("CogView4Transformer2DModel", num_attention_heads=32, attention_head_dim=128, num_layers=28)),
    ("cogview3-plus-diffusers", "CogView3-Plus", "transformer", "diffusers", "info/dit/cogview3-plus", T + "cogview3plus.py", diffusers("CogView3PlusTransformer2DModel")),
    ("glm-image-diffusers", "GLM-Image", "transformer", "diffusers", "info/dit/glm-image", T + "glm_image.py", diffusers("GlmImageTransformer2DModel", num_attention_heads=32, attention_head_dim=128)),
    ("auraflow-diffusers", "AuraFlow", "transformer", "diffusers", "info/dit/auraflow", M + "auraflow_transformer_2d.py", diffusers("AuraFlowTransformer2DModel")),
    ("auraflow-original", "AuraFlow", "transformer", "original", "info/dit/auraflow", "https://github.com/cloneofsimo/minRF",
     lines("double_layers.{0-3}.attn.w{1-2}q 3072 3072", "double_layers.{0-3}.attn.w{1-2}k 3072 3072", "double_layers.{0-3}.attn.w{1-2}v 3072 3072", "double_layers.{0-3}.attn.w{1-2}o 3072 3072",
           "double_layers.{0-3}.mlpC.c_fc{1-2} 3072 8192", "double_layers.{0-3}.mlpX.c_fc{1-2} 3072 8192", "double_layers.{0-3}.mlpC.c_proj 8192 3072", "double_layers.{0-3}.mlpX.c_proj 8192 3072",
           "double_layers.{0-3}.modC.1 3072 18432", "double_layers.{0-3}.modX.1 3072 18432", "single_layers.{0-31}.attn.w1q 3072 3072", "single_layers.{0-31}.attn.w1k 3072 3072",
           "single_layers.{0-31}.attn.w1v 3072 3072", "single_layers.{0-31}.attn.w1o 3072 3072", "single_layers.{0-31}.mlp.c_fc{1-2} 3072 8192", "single_layers.{0-31}.mlp.c_proj 8192 3072",
           "single_layers.{0-31}.modCX.1 3072 18432", "cond_seq_linear 2048 3072", "init_x_linear 16 3072", "final_linear 3072 16", "t_embedder.mlp.0 256 3072", "t_embedder.mlp.2 3072 3072", "modF.1 3072 6144")),
    ("mochi-1-diffusers", "Mochi 1", "transformer", "diffusers", "info/dit/mochi-1", T + "mochi.py", diffusers("MochiTransformer3DModel")),
    ("mochi-1-original", "Mochi 1", "transformer", "original", "info/dit/mochi-1", "https://github.com/genmoai/mochi", renamed(diffusers("MochiTransformer3DModel"), *_MOCHI)),
    ("krea-2-diffusers", "Krea 2", "transformer", "diffusers", "info/dit/krea-2", T + "krea2.py", diffusers("Krea2Transformer2DModel")),
    ("krea-2-original", "Krea 2", "transformer", "original", "info/dit/krea-2", MUSUBI + "krea2/krea2_mmdit.py",
     scripts("musubi_tuner.krea2.krea2_mmdit", lambda m: m.SingleStreamDiT(m.SingleMMDiTConfig(6144, 256, 2560, 48, 4, 28, 2, 16, kvheads=12, txtlayers=12)))),
    ("ideogram-4-diffusers", "Ideogram 4", "transformer", "diffusers", "info/dit/ideogram-4", T + "ideogram4.py", diffusers("Ideogram4Transformer2DModel")),
    ("kandinsky-5-lite-video", "Kandinsky 5.0 Lite, video", "transformer", "diffusers", "model/dit/kandinsky-5.0/t2v-lite-sft-5s", MUSUBI + "kandinsky5/configs.py", _kandinsky(1792, 7168, 2, 32, 16, 512)),
    ("kandinsky-5-lite-image", "Kandinsky 5.0 Lite, images", "transformer", "diffusers", "model/dit/kandinsky-5.0/t2i-lite-sft model/dit/kandinsky-5.0/i2i-lite-sft", MUSUBI + "kandinsky5/configs.py", _kandinsky(2560, 10240, 2, 50, 16, 512)),
    ("kandinsky-5-pro", "Kandinsky 5.0 Pro", "transformer", "diffusers", "model/dit/kandinsky-5.0/i2v-pro-sft-5s", MUSUBI + "kandinsky5/configs.py", _kandinsky(4096, 16384, 4, 60, 16, 1024)),
    ("ace-step-1", "ACE-Step", "transformer", "original", "info/dit/ace-step-1", "https://github.com/ace-step/ACE-Step",
     lines(*[f"transformer_blocks.{{0-23}}.{m} 2560 2560" for m in ("attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0", "cross_attn.to_q", "cross_attn.to_k", "cross_attn.to_v", "cross_attn.to_out.0", "cross_attn.add_q_proj", "cross_attn.add_k_proj", "cross_attn.add_v_proj", "cross_attn.to_add_out")],
           *[f"lyric_encoder.encoders.{{0-5}}.self_attn.linear_{m} 1024 1024" for m in ("q", "k", "v", "out", "pos")], "speaker_embedder 512 2560", "genre_embedder 768 2560")),
    ("ace-step-1.5", "ACE-Step 1.5", "transformer", "diffusers", "info/dit/ace-step-1.5", M + "ace_step_transformer.py", diffusers("AceStepTransformer1DModel")),
    ("allegro-diffusers", "Allegro", "transformer", "diffusers", "info/dit/allegro", T + "allegro.py", diffusers("AllegroTransformer3DModel")),
    ("latte-1-diffusers", "Latte", "transformer", "diffusers", "info/dit/latte-1", M + "latte_transformer_3d.py",
     diffusers("LatteTransformer3DModel", num_attention_heads=16, attention_head_dim=72, in_channels=4, out_channels=8, num_layers=28, cross_attention_dim=1152, attention_bias=True, patch_size=2, activation_fn="gelu-approximate", num_embeds_ada_norm=1000, norm_type="ada_norm_single", norm_elementwise_affine=False, caption_channels=4096)),
]  # fmt: skip

# Those whose encoders adapters change: loaders of HiDream and HunyuanVideo take what changes the transformer alone.
_ENCODED_BY_L = (
    "info/unet/stable-diffusion-xl info/dit/stable-diffusion-3 info/dit/stable-diffusion-3.5 info/dit/flux-1"
)
CLIP = "https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/"
ENCODERS: list[Row] = [
    ("clip-l-alone", "CLIP-L, the only text encoder", "text_encoder", "transformers", _SD1_OF, CLIP + "clip/modeling_clip.py", _clip_text(768, 3072, 12, 12)),
    ("clip-l-first", "CLIP-L, first of several text encoders", "text_encoder_1", "transformers", _ENCODED_BY_L, CLIP + "clip/modeling_clip.py", _clip_text(768, 3072, 12, 12)),
    ("clip-h-alone", "CLIP-H, the only text encoder", "text_encoder", "transformers", _SD2_OF, CLIP + "clip/modeling_clip.py", _clip_text(1024, 4096, 23, 16)),
    ("clip-g-second", "CLIP-G, second text encoder", "text_encoder_2", "transformers", "info/unet/stable-diffusion-xl info/dit/stable-diffusion-3 info/dit/stable-diffusion-3.5", CLIP + "clip/modeling_clip.py", _clip_text(1280, 5120, 32, 20)),
    ("clip-g-alone", "CLIP-G, the only text encoder", "text_encoder", "transformers", "info/unet/stable-cascade", CLIP + "clip/modeling_clip.py", _clip_text(1280, 5120, 32, 20)),
    ("t5-xxl-second", "T5-XXL, second text encoder", "text_encoder_2", "transformers", "info/dit/flux-1", CLIP + "t5/modeling_t5.py", _t5("T5EncoderModel", "T5Config", 32128)),
    ("t5-xxl-third", "T5-XXL, third text encoder", "text_encoder_3", "transformers", "info/dit/stable-diffusion-3 info/dit/stable-diffusion-3.5 info/dit/flux-1", CLIP + "t5/modeling_t5.py", _t5("T5EncoderModel", "T5Config", 32128)),
    ("t5-xxl-alone", "T5-XXL, the only text encoder", "text_encoder", "transformers", "info/dit/pixart-alpha info/dit/pixart-sigma info/dit/chroma-1 info/dit/ltx-video info/dit/mochi-1 info/dit/cogvideox", CLIP + "t5/modeling_t5.py", _t5("T5EncoderModel", "T5Config", 32128)),
    ("umt5-xxl-alone", "UMT5-XXL, the only text encoder", "text_encoder", "transformers", "info/dit/wan-2.1 info/dit/wan-2.2", CLIP + "umt5/modeling_umt5.py", _t5("UMT5EncoderModel", "UMT5Config", 256384)),
    ("gemma-2-2b-encoder", "Gemma 2 2B, the text encoder", "text_encoder", "transformers", "info/dit/lumina-image-2 info/dit/sana", CLIP + "gemma2/configuration_gemma2.py", llm(26, 2304, 8, 4, 256, 9216)),
    ("qwen-3-0.6b-encoder", "Qwen3 0.6B, the text encoder", "text_encoder", "transformers", "info/dit/anima", CLIP + "qwen3/configuration_qwen3.py", llm(28, 1024, 16, 8, 128, 3072)),
    ("qwen-3-4b-encoder", "Qwen3 4B, the text encoder", "text_encoder", "transformers", "info/dit/z-image model/dit/flux-2/klein-4b", CLIP + "qwen3/configuration_qwen3.py", llm(36, 2560, 32, 8, 128, 9728)),
]  # fmt: skip

_LLMS = (
    ("llama-2-7b", "Llama 2 7B", "model/art/llama-2/7b", (32, 4096, 32, 32, 128, 11008)),
    ("llama-2-13b", "Llama 2 13B", "model/art/llama-2/13b", (40, 5120, 40, 40, 128, 13824)),
    (
        "llama-3-8b",
        "Llama 3 8B and what is built like it",
        "model/art/llama-3/8b model/art/llama-3.1/8b model/art/mistral/7b-v0.1",
        (32, 4096, 32, 8, 128, 14336),
    ),
    (
        "llama-3-70b",
        "Llama 3 70B",
        "model/art/llama-3/70b model/art/llama-3.1/70b model/art/llama-3.3/70b-instruct model/art/llama-2/70b",
        (80, 8192, 64, 8, 128, 28672),
    ),
    ("llama-3.2-1b", "Llama 3.2 1B", "model/art/llama-3.2/1b-instruct", (16, 2048, 32, 8, 64, 8192)),
    ("llama-3.2-3b", "Llama 3.2 3B", "model/art/llama-3.2/3b-instruct", (28, 3072, 24, 8, 128, 8192)),
    ("mistral-nemo", "Mistral NeMo 12B", "model/art/mistral-nemo/instruct-2407", (40, 5120, 32, 8, 128, 14336)),
    (
        "mistral-small-24b",
        "Mistral Small 24B",
        "model/art/mistral/small-24b-instruct-2501 model/art/mistral-small-3.2/24b-instruct-2506",
        (40, 5120, 32, 8, 128, 32768),
    ),
    (
        "qwen-2.5-0.5b",
        "Qwen2 and Qwen2.5 0.5B",
        "model/art/qwen2.5/0.5b model/art/qwen2/0.5b-instruct",
        (24, 896, 14, 2, 64, 4864),
    ),
    (
        "qwen-2.5-1.5b",
        "Qwen2 and Qwen2.5 1.5B",
        "model/art/qwen2.5/1.5b model/art/qwen2/1.5b-instruct",
        (28, 1536, 12, 2, 128, 8960),
    ),
    ("qwen-2.5-3b", "Qwen2.5 3B", "model/art/qwen2.5/3b", (36, 2048, 16, 2, 128, 11008)),
    ("qwen-2.5-7b", "Qwen2 and Qwen2.5 7B", "model/art/qwen2.5/7b model/art/qwen2/7b", (28, 3584, 28, 4, 128, 18944)),
    ("qwen-2.5-14b", "Qwen2.5 14B", "model/art/qwen2.5/14b", (48, 5120, 40, 8, 128, 13824)),
    ("qwen-2.5-32b", "Qwen2.5 32B", "model/art/qwen2.5/32b", (64, 5120, 40, 8, 128, 27648)),
    (
        "qwen-2.5-72b",
        "Qwen2 and Qwen2.5 72B",
        "model/art/qwen2.5/72b model/art/qwen2/72b-instruct",
        (80, 8192, 64, 8, 128, 29568),
    ),
    ("qwen-3-0.6b", "Qwen3 0.6B", "model/art/qwen3/0.6b", (28, 1024, 16, 8, 128, 3072)),
    ("qwen-3-1.7b", "Qwen3 1.7B", "model/art/qwen3/1.7b", (28, 2048, 16, 8, 128, 6144)),
    ("qwen-3-4b", "Qwen3 4B", "model/art/qwen3/4b", (36, 2560, 32, 8, 128, 9728)),
    ("qwen-3-8b", "Qwen3 8B", "model/art/qwen3/8b", (36, 4096, 32, 8, 128, 12288)),
    ("qwen-3-14b", "Qwen3 14B", "model/art/qwen3/14b", (40, 5120, 40, 8, 128, 17408)),
    ("qwen-3-32b", "Qwen3 32B", "model/art/qwen3/32b", (64, 5120, 64, 8, 128, 25600)),
    ("gemma-2-2b", "Gemma 2 2B", "model/art/gemma-2/2b-it", (26, 2304, 8, 4, 256, 9216)),
    ("gemma-2-9b", "Gemma 2 9B", "model/art/gemma-2/9b", (42, 3584, 16, 8, 256, 14336)),
    ("gemma-3-1b", "Gemma 3 1B", "model/vit/gemma-3/1b-it", (26, 1152, 4, 1, 256, 6912)),
    ("gemma-3-4b", "Gemma 3 4B", "model/vit/gemma-3/4b-it", (34, 2560, 8, 4, 256, 10240)),
    ("gemma-3-12b", "Gemma 3 12B", "model/vit/gemma-3/12b-it", (48, 3840, 16, 8, 256, 15360)),
    ("gemma-3-27b", "Gemma 3 27B", "model/vit/gemma-3/27b-it", (62, 5376, 32, 16, 128, 21504)),
    ("gemma-2-27b", "Gemma 2 27B", "model/art/gemma-2/27b-it", (46, 4608, 32, 16, 128, 36864)),
)
_MOTION_PLACES = (
    (320, (("down_blocks.0", 2), ("up_blocks.3", 3))),
    (640, (("down_blocks.1", 2), ("up_blocks.2", 3))),
    (1280, (("down_blocks.{2-3}", 2), ("up_blocks.{0-1}", 3), ("mid_block", 1))),
)


def _motion(below: str) -> Any:
    return lines(
        *[
            f"{block}.motion_modules.{module}.{below}.to_{which} {width} {width}"
            for width, places in _MOTION_PLACES
            for block, count in places
            for module in range(count)
            for which in ("q", "k", "v", "out.0")
        ]
    )


_LLM_SOURCE = "https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/llama/modeling_llama.py"
LANGUAGE: list[Row] = [
    (name, label, "language_model", "transformers", of, _LLM_SOURCE, renamed(llm(*sizes), (r"^layers", "model.layers")))
    for name, label, of, sizes in _LLMS
]
LANGUAGE += [
    ("phi-3-mini", "Phi-3 mini", "language_model", "transformers", "model/art/phi-3/mini-4k-instruct model/art/phi-3/mini-128k-instruct", CLIP + "phi3/modeling_phi3.py",
     lines("model.layers.{0-31}.self_attn.qkv_proj 3072 9216", "model.layers.{0-31}.self_attn.o_proj 3072 3072", "model.layers.{0-31}.mlp.gate_up_proj 3072 16384", "model.layers.{0-31}.mlp.down_proj 8192 3072")),
]  # fmt: skip
UNETS += [
    ("animatediff-original", "AnimateDiff motion modules", "unet", "original", _SD1_OF, "https://github.com/guoyww/AnimateDiff", _motion("temporal_transformer.transformer_blocks.0.attention_blocks.{0-1}")),
    ("animatediff-diffusers", "AnimateDiff motion modules", "unet", "diffusers", _SD1_OF, U + "motion_model.py",
     _motion("transformer_blocks.0.attn{1-2}")),
]  # fmt: skip

TABLE = [*UNETS, *TRANSFORMERS, *ENCODERS, *LANGUAGE]
