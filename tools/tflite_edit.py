"""Edits to TFLite flatbuffers: read, write with aligned weights, add metadata, prune a branch.

Needs only what mediapipe itself brings: `flatbuffers` and the generated schema modules.
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_fb
from mediapipe.tasks.metadata import schema_py_generated as tflite_fb

_TFLITE_IDENTIFIER = b"TFL3"
_METADATA_IDENTIFIER = b"M001"
_METADATA_NAME = b"TFLITE_METADATA"
#: `force_align: 16` of the schema, which the generated Python code does not honour.
_ALIGNMENT = 16

#: Outputs of the BlazePose landmark net, in order.
LANDMARKS, POSE_FLAG, SEGMENTATION, HEATMAP, WORLD = range(5)


class _AlignedBuilder(flatbuffers.Builder):  # type: ignore[misc]
    """A builder that puts every numpy vector of bytes (the weights) at a multiple of 16.

    Without it TFLite finds the weights unaligned and copies all of them on load.
    """

    def CreateNumpyVector(self, x: Any) -> int:  # noqa: N802 - name of the overridden method
        if x.dtype != np.uint8:
            return int(super().CreateNumpyVector(x))
        self.StartVector(1, x.size, _ALIGNMENT)
        self.head -= x.size
        self.Bytes[self.head : self.head + x.size] = x.tobytes()
        return int(self.EndVector())


def read_model(data: bytes) -> Any:
    """The model as a tree of objects (`ModelT`)."""
    return tflite_fb.ModelT.InitFromPackedBuf(data, 0)


def write_model(model: Any) -> bytes:
    """The flatbuffer of a tree of objects; the same tree always gives the same bytes."""
    builder = _AlignedBuilder(1 << 20)
    builder.Finish(model.Pack(builder), file_identifier=_TFLITE_IDENTIFIER)
    return bytes(builder.Output())


def has_metadata(model: Any) -> bool:
    """Whether the model says how its input picture is to be normalised."""
    return any(entry.name == _METADATA_NAME for entry in model.metadata or [])


def add_image_metadata(model: Any, *, name: str, mean: float, std: float) -> None:
    """Say that the input is an RGB picture with pixels (value - mean) / std.

    The content is what the metadata writer of mediapipe 0.10.21 writes for `add_image_input`.
    """
    graph = model.subgraphs[0]
    image = _image_metadata(mean, std)
    outputs = []
    for index in graph.outputs:
        output = metadata_fb.TensorMetadataT()
        output.name = graph.tensors[index].name
        outputs.append(output)

    subgraph = metadata_fb.SubGraphMetadataT()
    subgraph.inputTensorMetadata = [image]
    subgraph.outputTensorMetadata = outputs
    root = metadata_fb.ModelMetadataT()
    root.name = name
    root.subgraphMetadata = [subgraph]
    # Lowest version of the metadata format that knows every field used here.
    root.minParserVersion = "1.0.0"

    builder = flatbuffers.Builder(0)
    builder.Finish(root.Pack(builder), file_identifier=_METADATA_IDENTIFIER)
    buffer = tflite_fb.BufferT()
    buffer.data = np.frombuffer(bytes(builder.Output()), np.uint8)
    model.buffers.append(buffer)
    entry = tflite_fb.MetadataT()
    entry.name = _METADATA_NAME
    entry.buffer = len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]


def _image_metadata(mean: float, std: float) -> Any:
    image = metadata_fb.TensorMetadataT()
    image.name = "image"
    image.description = "Input image to be processed."

    properties = metadata_fb.ImagePropertiesT()
    properties.colorSpace = metadata_fb.ColorSpaceType.RGB
    image.content = metadata_fb.ContentT()
    image.content.contentPropertiesType = metadata_fb.ContentProperties.ImageProperties
    image.content.contentProperties = properties

    normalization = metadata_fb.NormalizationOptionsT()
    normalization.mean, normalization.std = [mean], [std]
    unit = metadata_fb.ProcessUnitT()
    unit.optionsType = metadata_fb.ProcessUnitOptions.NormalizationOptions
    unit.options = normalization
    image.processUnits = [unit]

    image.stats = metadata_fb.StatsT()
    image.stats.min, image.stats.max = [(0.0 - mean) / std], [(255.0 - mean) / std]
    return image


def prune_segmentation(model: Any) -> None:
    """Take the segmentation branch out of a BlazePose landmark net, in place.

    Operators that landmarks, pose flag, heatmap and world landmarks need stay as they are, so
    those four outputs are computed by the very same arithmetic. MediaPipe wants five outputs:
    instead of the mask stands a single number that is computed anyway (the pose flag before
    its sigmoid). Asking such a model for a mask gives rubbish without any error.
    """
    graph = model.subgraphs[0]
    outputs = [int(i) for i in graph.outputs]
    if len(outputs) != WORLD + 1:
        raise ValueError(f"expected {WORLD + 1} outputs, found {len(outputs)}")
    producer = {int(o): op for op in graph.operators for o in op.outputs}
    outputs[SEGMENTATION] = int(producer[outputs[POSE_FLAG]].inputs[0])

    wanted = set(outputs)
    kept = []
    for operator in reversed(graph.operators):  # operators stand in order of execution
        if wanted.intersection(int(o) for o in operator.outputs):
            wanted.update(int(i) for i in operator.inputs if i >= 0)
            wanted.update(int(o) for o in operator.outputs)
            kept.append(operator)
    graph.operators = kept[::-1]
    graph.outputs = np.array(outputs, np.int32)
    wanted.update(int(i) for i in graph.inputs)
    _keep_tensors(graph, sorted(wanted))
    _drop_unused_buffers(model)


def _keep_tensors(graph: Any, kept: list[int]) -> None:
    """Drop every other tensor and renumber what points at them."""
    number = {old: new for new, old in enumerate(kept)}
    number[-1] = -1  # an optional input left out

    def renumber(indices: Any) -> Any:
        return np.array([number[int(i)] for i in indices], np.int32)

    graph.tensors = [graph.tensors[i] for i in kept]
    graph.inputs, graph.outputs = renumber(graph.inputs), renumber(graph.outputs)
    for operator in graph.operators:
        operator.inputs, operator.outputs = renumber(operator.inputs), renumber(operator.outputs)


def _drop_unused_buffers(model: Any) -> None:
    """Drop the weights that no tensor and no metadata entry uses; buffer 0 is empty by rule."""
    tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors]
    used = {0} | {t.buffer for t in tensors} | {entry.buffer for entry in model.metadata or []}
    # A list of further metadata buffers from older converters; kept where still referred to.
    model.metadataBuffer = None
    kept = sorted(used)
    number = {old: new for new, old in enumerate(kept)}
    model.buffers = [model.buffers[i] for i in kept]
    for holder in (*tensors, *(model.metadata or [])):
        holder.buffer = number[holder.buffer]
