#!/usr/bin/env python3
"""Values of the PDS test products as pds4_tools, pdr and pvl read them.

Writes the small tables that the tests of src/engine/format/pds4 and pds3 compare with:

    python3 -m venv VENV && VENV/bin/pip install pds4_tools==1.4 pdr==1.4.4 pvl==1.3.2
    VENV/bin/python benches/scripts/pds_reference.py DATA/C_pds pds4 > .../pds4/reference.tsv
    VENV/bin/python benches/scripts/pds_reference.py DATA/C_pds pds3 > .../pds3/reference.tsv
    VENV/bin/python benches/scripts/pds_reference.py DATA/C_pds pvl  > .../pds3/pvl.tsv

One line per column: label, object index, column index, name, values, missing values, FNV-1a of
all values (64-bit floats little-endian, missing as the quiet NaN; text stripped, UTF-8, a line
feed after each), first and last value.
"""

import contextlib
import io
import math
import os
import re
import shutil
import struct
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
MASK = (1 << 64) - 1
# pds4_tools makes up an empty sixth record for this inventory of five.
PADDED = "collection_document_inventory.xml"


def fnv(data, state=0xCBF29CE484222325):
    for byte in data:
        state = ((state ^ byte) * 0x100000001B3) & MASK
    return state


def number(value):
    value = float(value)
    if math.isnan(value):
        return struct.pack("<Q", 0x7FF8000000000000)
    return struct.pack("<d", value + 0.0 if value != 0 else 0.0)


def row(label, index, column, name, values, text=False):
    """Prints one column; `values` are floats (None or NaN missing) or strings."""
    out, missing = bytearray(), 0
    text = text or any(isinstance(v, str) for v in values)
    for v in values:
        if text:
            v = ("" if v is None else v).strip(" \t\r\n\x0b\x0c\0\x85\xa0")
            missing += v == ""
            out += v.encode() + b"\n"
        else:
            gone = v is None or (isinstance(v, float) and math.isnan(v))
            missing += gone
            out += number(float("nan") if gone else v)
    show = [str(v).strip()[:24].replace("\t", " ").replace("\n", " ") for v in (values[:1] + values[-1:])]
    name = " ".join(name.split())
    print(label, index, column, name, len(values), missing, f"{fnv(out):016x}", *show, sep="\t")


def plain(value):
    """A numpy scalar as float, str or None."""
    import numpy as np

    if value is np.ma.masked:
        return None
    if isinstance(value, (bytes, np.bytes_)):
        return value.decode("utf-8", "replace")
    if isinstance(value, (str, np.str_)):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return float(value)
    return float(value)


def flat(array, meta=None):
    """All values; special constants of a PDS4 field or array (pds4_tools keeps them) are None."""
    import numpy as np

    array = np.ma.asarray(array)
    constants = dict((meta or {}).get("Special_Constants") or {})
    constants = [v for k, v in constants.items() if not k.startswith("valid_")]
    out = []
    for raw in array.flatten():
        value = plain(raw)
        if isinstance(value, str):
            gone = any(str(c).strip() == value.strip() for c in constants)
        else:
            single = array.dtype == np.float32
            gone = value is not None and any(
                isinstance(c, (int, float)) and (np.float32(c) if single else c) == raw
                for c in constants
            )
        out.append(None if gone else value)
    return out


def staged(path):
    """The label as pds4_tools accepts it, in a copy where needed: it refuses a table of
    characters with fewer records than the label says (the RAD tables here are cut to ten), and
    a file whose name differs in case or accents."""
    with open(path, encoding="utf-8", errors="replace") as f:
        text = f.read()
    name = re.search(r"<file_name>([^<]+)</file_name>\s*<", re.sub(r"<!--.*?-->", "", text))
    folder = os.path.dirname(path)
    if not name:
        return path
    name = name.group(1)
    plain_name = "_f.fits" if name.endswith("f.fits") else name.lower()
    here = {n.lower(): n for n in os.listdir(folder)}
    if "hp3_rad_" in name:
        length = int(re.search(r"<record_length[^>]*>(\d+)", text).group(1))
        rows = os.path.getsize(os.path.join(folder, name)) // length
        text = re.sub(r"<records>\d+</records>", f"<records>{rows}</records>", text)
    elif name in here.values() or plain_name not in here:
        return path
    copy = tempfile.mkdtemp()
    shutil.copy(os.path.join(folder, here[plain_name]), os.path.join(copy, name))
    out = os.path.join(copy, os.path.basename(path))
    with open(out, "w", encoding="utf-8") as f:
        f.write(text)
    return out


def pds4(root):
    import numpy as np
    import pds4_tools

    for label in sorted(walk(root, (".xml",))):
        if label.endswith(PADDED):
            continue
        path = staged(os.path.join(root, label))
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                product = pds4_tools.read(path, quiet=True, lazy_load=False)
        except Exception as error:  # whatever it refuses has no reference values
            print(f"# {label}: {type(error).__name__}", file=sys.stderr)
            continue
        index = 0
        for structure in product:
            if structure.is_array():
                row(label, index, 0, "array", flat(structure.data, structure.meta_data))
                index += 1
            elif structure.is_table():
                columns = 0
                for field in structure.fields:
                    name = field.meta_data["name"]
                    values = np.ma.asarray(field)
                    if str(field.meta_data["data_type"]).endswith("BitString"):
                        columns += 1
                        continue
                    if np.iscomplexobj(values):
                        row(label, index, columns, f"{name}.re", flat(values.real))
                        row(label, index, columns + 1, f"{name}.im", flat(values.imag))
                        columns += 2
                        continue
                    row(label, index, columns, name, flat(values, field.meta_data), values.dtype.kind in "SU")
                    columns += 1
                index += 1


def pds3(root):
    import numpy as np
    import pdr

    for label in sorted([*walk(root, (".lbl", ".img")), "tes/pos10001.tab"]):
        path = os.path.join(root, label)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                data = pdr.read(path)
                data.load("all")
        except Exception as error:
            print(f"# {label}: {type(error).__name__} {error}"[:160], file=sys.stderr)
            continue
        index = 0
        for key in data.keys():
            value = getattr(data, key, None)
            if hasattr(value, "columns"):
                for i, name in enumerate(value.columns):
                    if name == "RELEASE_ID":  # text "0001" of the label, a number for pdr
                        continue
                    row(label, index, i, str(name), [plain(v) for v in value[name].to_numpy()])
                index += 1
            elif isinstance(value, np.ndarray) and value.ndim in (2, 3):
                row(label, index, 0, "array", flat(value))
                index += 1


def pvl_labels(root):
    import pvl

    def put(label, prefix, module):
        for key, value in module.items():
            if hasattr(value, "items"):
                put(label, f"{prefix}{key}/", value)
                continue
            print(label, prefix + key, show(value), sep="\t")

    def show(value):
        if isinstance(value, (list, tuple)) and not hasattr(value, "units"):
            return "(" + ",".join(show(v) for v in value) + ")"
        if isinstance(value, (set, frozenset)):
            return "{" + ",".join(sorted(show(v) for v in value)) + "}"
        if hasattr(value, "units"):
            return f"{show(value.value)}<{value.units}>"
        if isinstance(value, bool) or value is None:
            return str(value)
        if isinstance(value, (int, float)):
            return repr(float(value))
        return " ".join(str(value).split())

    for label in sorted(walk(os.path.join(root, "pvl_labels/pds3"), (".lbl",))):
        path = os.path.join(root, "pvl_labels/pds3", label)
        try:
            module = pvl.load(path)
        except Exception as error:
            print(f"# {label}: {type(error).__name__}", file=sys.stderr)
            continue
        put("pvl_labels/pds3/" + label, "", module)


def walk(root, ends):
    for folder, _, names in os.walk(root):
        for name in names:
            if name.lower().endswith(ends):
                yield os.path.relpath(os.path.join(folder, name), root)


if __name__ == "__main__":
    {"pds4": pds4, "pds3": pds3, "pvl": pvl_labels}[sys.argv[2]](sys.argv[1])
