"""ccsdspy and space_packet_parser on the packets that the bench wrote; see decommutation.sh."""

import io
import logging
import sys
import time
from pathlib import Path

import numpy as np

logging.disable(logging.CRITICAL)
import ccsdspy  # noqa: E402
import space_packet_parser as spp  # noqa: E402

# space_packet_parser is given this many packets: all would take minutes.
FEW = 512
BYTES = 354

work = Path(sys.argv[1])
packets = (work / "packets.bin").read_bytes()
count = len(packets) // BYTES
fields = [line.split(",") for line in (work / "fields.csv").read_text().splitlines()]


def seconds(call, times):
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
    return best, result


def show(name, packets_read, best, note):
    values = packets_read * len(fields) / best / 1e6
    print(f"{name}: {values:.3f} M values/s, {packets_read / best / 1e6:.6f} M packets/s ({note})")


# ccsdspy, fixed length, raw values.
layout = [
    ccsdspy.PacketField(name=name, data_type=kind, bit_length=int(bits))
    for name, kind, bits, *_ in fields
]
packet = ccsdspy.FixedLength(layout)
best, columns = seconds(lambda: packet.load(io.BytesIO(packets)), 5)
show("ccsdspy", count, best, "raw")
raw = sum(float(np.sum(columns[name].astype(np.float64))) for name, *_ in fields)
calibrated = 0.0
for name, _, _, *c in fields:
    x = columns[name].astype(np.float64)
    if c:
        c0, c1, c2 = map(float, c)
        x = c0 + x * (c1 + x * c2)
    calibrated += float(np.sum(x))
print(f"ccsdspy: sum raw {raw:.9e}, sum calibrated (numpy after it) {calibrated:.9e}")

# space_packet_parser, XTCE with calibration.
SPACE = 'xmlns:xtce="http://www.omg.org/spec/XTCE/20180204" name="B"'
HEADER = [
    ("VERSION", 3),
    ("TYPE", 1),
    ("SEC_HDR_FLG", 1),
    ("PKT_APID", 11),
    ("SEQ_FLGS", 2),
    ("SRC_SEQ_CTR", 14),
    ("PKT_LEN", 16),
]
types, parameters, entries = [], [], []
for name, kind, bits, *c in [(n, "uint", b) for n, b in HEADER] + fields:
    polynomial = "".join(
        f'<xtce:Term coefficient="{x}" exponent="{i}"/>' for i, x in enumerate(c)
    )
    if polynomial:
        polynomial = (
            "<xtce:DefaultCalibrator><xtce:PolynomialCalibrator>"
            f"{polynomial}</xtce:PolynomialCalibrator></xtce:DefaultCalibrator>"
        )
    if kind == "float":
        types.append(
            f'<xtce:FloatParameterType name="{name}_T"><xtce:FloatDataEncoding '
            f'sizeInBits="{bits}" encoding="IEEE754">{polynomial}</xtce:FloatDataEncoding>'
            "</xtce:FloatParameterType>"
        )
    else:
        encoding = "twosComplement" if kind == "int" else "unsigned"
        types.append(
            f'<xtce:IntegerParameterType name="{name}_T"><xtce:IntegerDataEncoding '
            f'sizeInBits="{bits}" encoding="{encoding}">{polynomial}</xtce:IntegerDataEncoding>'
            "</xtce:IntegerParameterType>"
        )
    parameters.append(f'<xtce:Parameter name="{name}" parameterTypeRef="{name}_T"/>')
    entries.append(f'<xtce:ParameterRefEntry parameterRef="{name}"/>')
definition = (
    f'<?xml version="1.0"?><xtce:SpaceSystem {SPACE}>'
    '<xtce:Header date="2026-01-01" version="1.0" author="bench"/><xtce:TelemetryMetaData>'
    f"<xtce:ParameterTypeSet>{''.join(types)}</xtce:ParameterTypeSet>"
    f"<xtce:ParameterSet>{''.join(parameters)}</xtce:ParameterSet>"
    '<xtce:ContainerSet><xtce:SequenceContainer name="CCSDSPacket"><xtce:EntryList>'
    f"{''.join(entries)}</xtce:EntryList></xtce:SequenceContainer></xtce:ContainerSet>"
    "</xtce:TelemetryMetaData></xtce:SpaceSystem>"
)
(work / "definition.xml").write_text(definition)
xtce = spp.load_xtce(work / "definition.xml")


def parse():
    few = io.BytesIO(packets[: FEW * BYTES])
    return [xtce.parse_bytes(p) for p in spp.generators.ccsds_generator(few)]


best, parsed = seconds(parse, 3)
show("space_packet_parser", len(parsed), best, "raw and calibrated")
own = sum(float(p[name]) for p in parsed for name, *_ in fields)
head = 0.0
for name, _, _, *c in fields:
    x = columns[name][:FEW].astype(np.float64)
    if c:
        c0, c1, c2 = map(float, c)
        x = c0 + x * (c1 + x * c2)
    head += float(np.sum(x))
print(f"space_packet_parser: sum calibrated {own:.9e}, of the same packets by ccsdspy {head:.9e}")
