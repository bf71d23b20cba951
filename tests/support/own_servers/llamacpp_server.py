"""llama.cpp's own server with a tiny model of random weights: `python llamacpp_server.py FOLDER PORT`.

It runs in an environment of its own, with PyPI's xllamacpp and gguf.
"""

import sys
import threading
from pathlib import Path

import gguf  # type: ignore[import-not-found]
import numpy as np  # type: ignore[import-not-found]
import xllamacpp  # type: ignore[import-not-found]

_WIDTH, _HEADS, _INNER, _CONTEXT, _BYTES = 64, 4, 128, 2048, 256
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def make_model(path: Path) -> None:
    """Write a model with one layer, whose tokens are bytes and letters."""
    writer = gguf.GGUFWriter(str(path), "llama")
    for name, value in (
        ("name", "tiny-random"),
        ("context_length", _CONTEXT),
        ("embedding_length", _WIDTH),
        ("block_count", 1),
        ("feed_forward_length", _INNER),
        ("head_count", _HEADS),
        ("head_count_kv", _HEADS),
        ("layer_norm_rms_eps", 1e-5),
        ("rope_dimension_count", _WIDTH // _HEADS),
        ("chat_template", _TEMPLATE),
    ):
        getattr(writer, f"add_{name}")(value)
    _add_tokens(writer)
    _add_weights(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokens(writer: gguf.GGUFWriter) -> None:
    special = [b"<unk>", b"<s>", b"</s>"]
    tokens = [*special, *(f"<0x{number:02X}>".encode() for number in range(_BYTES))]
    tokens += [f"\N{LOWER ONE EIGHTH BLOCK}{letter}".encode() for letter in _LETTERS]
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * 3 + [-1e4] * _BYTES + [-float(place) for place in range(len(_LETTERS))])
    writer.add_token_types([_UNKNOWN, _CONTROL, _CONTROL, *[_BYTE] * _BYTES, *[_NORMAL] * len(_LETTERS)])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def _add_weights(writer: gguf.GGUFWriter) -> None:
    dice, words = np.random.default_rng(7), 3 + _BYTES + len(_LETTERS)
    square = ("attn_q", "attn_k", "attn_v", "attn_output")
    shapes = {"token_embd": (words, _WIDTH), "output": (words, _WIDTH)}
    shapes |= {f"blk.0.{name}": (_WIDTH, _WIDTH) for name in square}
    shapes |= {f"blk.0.{name}": (_INNER, _WIDTH) for name in ("ffn_gate", "ffn_up")}
    shapes["blk.0.ffn_down"] = (_WIDTH, _INNER)
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", (dice.standard_normal(shape) * 0.05).astype(np.float32))
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(_WIDTH, np.float32))


def main() -> None:
    model = Path(sys.argv[1]) / "tiny.gguf"
    make_model(model)
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = ["tiny-random"]
    params.port = int(sys.argv[2])
    params.endpoint_metrics = True
    params.n_parallel, params.n_ctx = 4, 4 * _CONTEXT
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
