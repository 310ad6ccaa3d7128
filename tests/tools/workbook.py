"""Opens workbooks as a buyer's program would, for the sheet stories.

  workbook.py dump FILE...        one line of JSON per file: structure, formulas and stored values
  workbook.py enter FILE OUT      writes {"code": "quantity"} from stdin into the quantity column; openpyxl drops all
                                  stored results on saving, so whoever opens OUT next must compute them
"""

import hashlib
import json
import re
import sys
import xml.etree.ElementTree
import zipfile

import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# The sequences of ECMA-376 part 1 (18.2.27, 18.3.1, 18.8): Excel "repairs" a workbook whose parts stand in another order,
# and takes out what it does not expect; openpyxl and LibreOffice read it without a word.
SEQUENCES = {
    "workbook": "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences definedNames calcPr oleSize "
                "customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst",
    "worksheet": "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState "
                 "dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
                 "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF "
                 "picture oleObjects controls webPublishItems tableParts extLst",
    "sheetPr": "tabColor outlinePr pageSetUpPr",
    "sheetView": "pane selection pivotSelection extLst",
    "c": "f v is extLst",
    "dataValidation": "formula1 formula2",
    "headerFooter": "oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter",
    "styleSheet": "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst",
    "border": "start end left right top bottom diagonal vertical horizontal",
    "xf": "alignment protection extLst",
    "dxf": "font numFmt fill alignment border protection extLst",
    "sst": "si extLst",
}


def faults(path):
    """What Excel would take for damage: parts out of sequence, rows or cells that do not go up, styles that do not exist."""
    found = []
    with zipfile.ZipFile(path) as archive:
        roots = {name: xml.etree.ElementTree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")}
    styles = next((len(part.find(f"{MAIN}cellXfs")) for name, part in roots.items() if name == "xl/styles.xml"), 0)
    strings = next((len(part) for name, part in roots.items() if name == "xl/sharedStrings.xml"), 0)
    for name, root in roots.items():
        for element in root.iter():
            kind = element.tag.removeprefix(MAIN)
            if kind in SEQUENCES and element.tag.startswith(MAIN):
                order = SEQUENCES[kind].split()
                children = [child.tag.removeprefix(MAIN) for child in element if child.tag.startswith(MAIN)]
                at = [order.index(child) if child in order else None for child in children]
                if None in at or at != sorted(at):
                    found.append(f"{name}: {kind} holds {children}")
            if kind == "sheetData":
                rows = [int(row.get("r")) for row in element]
                if any(one >= other for one, other in zip(rows, rows[1:])):
                    found.append(f"{name}: rows do not go up")
                for row in element:
                    cells = [coordinate_from_string(cell.get("r")) for cell in row]
                    columns = [column_index_from_string(column) for column, _ in cells]
                    if any(one >= other for one, other in zip(columns, columns[1:])) or any(number != int(row.get("r")) for _, number in cells):
                        found.append(f"{name}: cells of row {row.get('r')} do not go up")
            if kind == "c" and int(element.get("s", 0)) >= styles:
                found.append(f"{name}: {element.get('r')} has a style that does not exist")
            if kind == "c" and element.get("t") == "s" and int(element.find(f"{MAIN}v").text) >= strings:
                found.append(f"{name}: {element.get('r')} has a text that does not exist")
    return found

def column(workbook, name):
    """The column that a name stands for."""
    of = dict(named(workbook))[name].attr_text
    return column_index_from_string(of.split("!")[1].split("$")[1])


def plain(value):
    if isinstance(value, str):
        # openpyxl takes the sign of escape off texts of the shared table only.
        return value.replace("_x005F_", "_")
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def look(cell):
    fill, border, at = cell.fill, cell.border, cell.alignment
    return [
        cell.font.b, cell.font.sz, cell.font.u, fill.fgColor.rgb if fill.fill_type else None,
        [getattr(border, side).style for side in ("left", "right", "top", "bottom")],
        at.horizontal, at.vertical, at.wrap_text, at.indent, cell.number_format, cell.quotePrefix, cell.protection.locked,
    ]


def columns(formulas):
    """Of each column with a width of its own: width and whether it is hidden; files may name runs of equal columns once."""
    return {at: [d.width, d.hidden] for d in formulas.column_dimensions.values() for at in range(d.min, d.max + 1)}


def pictures(path):
    """Row and column each picture stands in, and what they are. openpyxl shows pictures only where Pillow is."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    drawn = [files[name].decode() for name in sorted(files) if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)]
    places = [re.findall(r"<xdr:from><xdr:col>(\d+)</xdr:col>.*?<xdr:row>(\d+)</xdr:row>", text) for text in drawn]
    return [[[int(row), int(column)] for found in places for column, row in found],
            [hashlib.sha256(files[name]).hexdigest() for name in sorted(files) if name.startswith("xl/media/")]]


def sheet(formulas, values):
    cells, looks = {}, {}
    for row in formulas.iter_rows():
        for cell in row:
            if cell.has_style:
                looks[cell.coordinate] = look(cell)
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
        "looks": looks,
        "columns": columns(formulas),
        "links": {cell.coordinate: cell.hyperlink.location for row in formulas.iter_rows() for cell in row if cell.hyperlink},
        "merged": [str(area) for area in formulas.merged_cells.ranges],
        "area": str(formulas.print_area),
        "fit": [formulas.sheet_properties.pageSetUpPr.fitToPage if formulas.sheet_properties.pageSetUpPr else None, formulas.page_setup.fitToHeight],
        "chosen": [[pane.pane, pane.activeCell] for pane in formulas.sheet_view.selection if pane.pane == "bottomRight"],
        "unlocked": open_cells,
        "freeze": formulas.freeze_panes,
        "filter": formulas.auto_filter.ref,
        "titles": formulas.print_title_rows,
        "paper": str(formulas.page_setup.paperSize),
        "footer": formulas.oddFooter.center.text,
        "header": [formulas.oddHeader.left.text, formulas.oddHeader.right.text],
        "how": [formulas.page_setup.orientation, formulas.page_setup.blackAndWhite, formulas.page_margins.left],
        "protected": formulas.protection.sheet,
        "allowed": [formulas.protection.sort, formulas.protection.formatColumns, formulas.protection.formatRows, formulas.protection.formatCells],
        "filter_allowed": not formulas.protection.autoFilter,
        "password": bool(formulas.protection.password),
        "summary_below": formulas.sheet_properties.outlinePr.summaryBelow if formulas.sheet_properties.outlinePr else True,
        "levels": {row: d.outlineLevel for row, d in formulas.row_dimensions.items() if d.outlineLevel},
        "hidden_columns": [get_column_letter(at) for at, (_, hidden) in columns(formulas).items() if hidden],
        "validations": [[str(v.sqref), v.type, v.formula1, v.errorTitle, v.error, v.allow_blank] for v in formulas.data_validations.dataValidation],
    }


def named(workbook):
    names = workbook.defined_names
    return names.items() if hasattr(names, "items") else [(name.name, name) for name in names.definedName]


def dump(path):
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    properties = formulas.properties
    return {
        "sheets": [sheet(formulas[name], values[name]) for name in formulas.sheetnames],
        "named": {name: str(of.attr_text) for name, of in named(formulas)},
        "about": [properties.title, properties.subject, properties.keywords, properties.lastModifiedBy],
        "names": sorted(formulas.defined_names.keys() if hasattr(formulas.defined_names, "keys") else [n.name for n in formulas.defined_names.definedName]),
        "pictures": pictures(path),
        "creator": properties.creator,
        "title": properties.title,
        "created": str(properties.created),
        "faults": faults(path),
    }


def enter(path, out):
    wanted = json.load(sys.stdin)
    workbook = openpyxl.load_workbook(path)
    first = workbook.worksheets[0]
    places = dict(named(workbook))
    code, quantities, row_id = (column(workbook, name) for name in ("OF_CODE", "OF_QTY", "OF_LINE")) if "OF_CODE" in places else (1, 1, 1)
    for row in range(1, first.max_row + 1):
        quantity = wanted.pop(first.cell(row, code).value, None) if first.cell(row, row_id).value else None
        if quantity is not None:
            first.cell(row, quantities).value = float(quantity)
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
