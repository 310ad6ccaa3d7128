"""Opens workbooks as a buyer's program would, for the sheet stories.

  workbook.py dump FILE...        one line of JSON per file: structure, formulas and stored values
  workbook.py enter FILE OUT      writes {"code": "quantity"} from stdin into the quantity column; openpyxl drops all
                                  stored results on saving, so whoever opens OUT next must compute them
"""

import json
import sys

import openpyxl

QUANTITY, CODE, ROW_ID = 9, 1, 12


def plain(value):
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def sheet(formulas, values):
    cells = {}
    for row in formulas.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            cells[cell.coordinate] = {
                "value": plain(values[cell.coordinate].value),
                "type": cell.data_type,
                "formula": cell.value if cell.data_type == "f" else None,
                "format": cell.number_format,
                "locked": cell.protection.locked,
            }
    open_cells = [cell.coordinate for row in formulas.iter_rows() for cell in row if not cell.protection.locked]
    return {
        "name": formulas.title,
        "state": formulas.sheet_state,
        "cells": cells,
        "unlocked": open_cells,
        "freeze": formulas.freeze_panes,
        "filter": formulas.auto_filter.ref,
        "titles": formulas.print_title_rows,
        "paper": str(formulas.page_setup.paperSize),
        "footer": formulas.oddFooter.center.text,
        "protected": formulas.protection.sheet,
        "filter_allowed": not formulas.protection.autoFilter,
        "password": bool(formulas.protection.password),
        "summary_below": formulas.sheet_properties.outlinePr.summaryBelow if formulas.sheet_properties.outlinePr else True,
        "levels": {row: d.outlineLevel for row, d in formulas.row_dimensions.items() if d.outlineLevel},
        "hidden_columns": sorted(name for name, d in formulas.column_dimensions.items() if d.hidden),
        "validations": [[str(v.sqref), v.type, v.formula1] for v in formulas.data_validations.dataValidation],
    }


def dump(path):
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    properties = formulas.properties
    return {
        "sheets": [sheet(formulas[name], values[name]) for name in formulas.sheetnames],
        "names": sorted(formulas.defined_names.keys() if hasattr(formulas.defined_names, "keys") else [n.name for n in formulas.defined_names.definedName]),
        "creator": properties.creator,
        "title": properties.title,
        "created": str(properties.created),
    }


def enter(path, out):
    wanted = json.load(sys.stdin)
    workbook = openpyxl.load_workbook(path)
    first = workbook.worksheets[0]
    for row in range(1, first.max_row + 1):
        quantity = wanted.pop(first.cell(row, CODE).value, None) if first.cell(row, ROW_ID).value else None
        if quantity is not None:
            first.cell(row, QUANTITY).value = float(quantity)
    if wanted:
        sys.exit(f"not in the sheet: {wanted}")
    workbook.save(out)


if sys.argv[1] == "dump":
    for path in sys.argv[2:]:
        print(json.dumps(dump(path)))
elif sys.argv[1] == "enter":
    enter(sys.argv[2], sys.argv[3])
else:
    sys.exit(__doc__)
