"""A Whisper model with random weights: what it hears is noise, but all that reads and runs it is real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

WIDTH = 32
MEL_BANDS = 80
FRAMES = 1500
TOKENS = 448
_MARKS = (
    *("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>"),
    *("<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"),
    *(f"<|{step * 0.02:.2f}|>" for step in range(1501)),
)


def make(folder: Path) -> None:
    vocabulary = _tokenizer(folder)
    noise = _Noise()
    spec = WhisperSpec(num_encoder_layers=1, num_encoder_heads=2, num_decoder_layers=1, num_decoder_heads=2)
    _encoder(spec.encoder, noise)
    _decoder(spec.decoder, noise, len(vocabulary))
    spec.register_vocabulary(vocabulary)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = []
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.save(str(folder))


def _tokenizer(folder: Path) -> list[str]:
    """One token for each byte, and Whisper's own marks."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab=dict(zip(alphabet, range(256), strict=True)), merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in _MARKS])
    tokenizer.save(str(folder / "tokenizer.json"))
    return [str(tokenizer.id_to_token(number)) for number in range(tokenizer.get_vocab_size())]


class _Noise:
    def __init__(self) -> None:
        self._random = np.random.default_rng(0)

    def __call__(self, *shape: int, spread: float = 0.05) -> Any:
        return self._random.normal(0, spread, shape).astype("float32")

    def linear(self, layer: Any, outputs: int, inputs: int) -> None:
        layer.weight, layer.bias = self(outputs, inputs), _zeros(outputs)


def _encoder(encoder: Any, noise: _Noise) -> None:
    encoder.conv1.weight, encoder.conv1.bias = noise(WIDTH, MEL_BANDS, 3), _zeros(WIDTH)
    encoder.conv2.weight, encoder.conv2.bias = noise(WIDTH, WIDTH, 3), _zeros(WIDTH)
    encoder.position_encodings.encodings = noise(FRAMES, WIDTH, spread=0.02)
    _norm(encoder.layer_norm)
    for layer in encoder.layer:
        _attention(layer.self_attention, noise, 3)
        _feed_forward(layer.ffn, noise)


def _decoder(decoder: Any, noise: _Noise, vocabulary: int) -> None:
    decoder.embeddings.weight = noise(vocabulary, WIDTH, spread=0.3)
    decoder.projection.weight = decoder.embeddings.weight
    decoder.position_encodings.encodings = noise(TOKENS, WIDTH, spread=0.3)
    decoder.scale_embeddings = False
    _norm(decoder.layer_norm)
    for layer in decoder.layer:
        _attention(layer.self_attention, noise, 3)
        _attention(layer.attention, noise, 1, 2)
        _feed_forward(layer.ffn, noise)


def _attention(attention: Any, noise: _Noise, *inputs: int) -> None:
    """`inputs`: how many of query, key and value each layer before the last makes."""
    _norm(attention.layer_norm)
    for layer, count in zip(attention.linear, (*inputs, 1), strict=True):
        noise.linear(layer, count * WIDTH, WIDTH)


def _feed_forward(block: Any, noise: _Noise) -> None:
    _norm(block.layer_norm)
    noise.linear(block.linear_0, 4 * WIDTH, WIDTH)
    noise.linear(block.linear_1, WIDTH, 4 * WIDTH)


def _norm(layer: Any) -> None:
    layer.gamma, layer.beta = np.ones(WIDTH, "float32"), _zeros(WIDTH)


def _zeros(size: int) -> Any:
    return np.zeros(size, "float32")
