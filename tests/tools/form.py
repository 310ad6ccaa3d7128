"""Edits an order form as people do: form.py FILE OUT, with a list of edits as JSON on stdin; or many copies of it:
form.py FILE -, with {"out": FILE, "edits": [...]} a line.

  ["type", {"code": value}]   into the quantity column; a value may be {"date": …}, {"formula": …} or {"error": …}
  ["put", column, {"code": value}]
  ["reverse"] ["delete_empty"] ["duplicate", code, quantity] ["insert_column", at] ["move_quantity_first"]
  ["rename", name] ["hide"] ["drop_head"] ["drop_names"] ["price", code, price] ["copy_out"] ["meta", value] ["codes_only", code, code]
  ["filter"] ["insert_rows"] ["sort"] by quantity, with groups' heads left where they stand ["delete_column", at] ["merge_head"]
  ["add_column", at] ["drop_column", at]   as the two above, with names that follow as they do in a spreadsheet
  ["fields", {"OF_PO": value}]   into the cells above the table, by their names
"""

import datetime
import json
import re
import sys

import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter

CODE, NAME, QUANTITY, PRICE, ROW_ID = 1, 2, 9, 7, 12


def value(typed):
    if isinstance(typed, dict):
        if "date" in typed:
            return datetime.datetime.fromisoformat(typed["date"])
        return typed.get("formula") or typed["error"]
    return typed


def rows(sheet, column=ROW_ID):
    return [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, column).value and sheet.cell(row, CODE).value and row > head(sheet)]


def head(sheet):
    return next((row for row in range(1, 40) if sheet.cell(row, ROW_ID).value), 0)


def row_of(sheet, code):
    return next(row for row in rows(sheet) if sheet.cell(row, CODE).value == code)


def replace(sheet, first, lines):
    for at, line in enumerate(lines):
        for column, cell in enumerate(line, 1):
            sheet.cell(first + at, column).value = cell


def named(book):
    """All names of the workbook; openpyxl keeps them in a list up to 3.0, by name from 3.1 on."""
    names = book.defined_names
    return list(names.values() if hasattr(names, "values") else names.definedName)


def forget(book, name):
    del book.defined_names[name]


def follow(book, at, by):
    """Moves the names of places on the list behind a column that comes or goes; one that goes takes its name along."""
    for name in named(book):
        sheet, _, place = name.attr_text.rpartition("!")
        columns = [column_index_from_string(column) for column in re.findall(r"\$([A-Z]+)\$", place)]
        if sheet.strip("'") != book.worksheets[0].title or not columns:
            continue
        if by < 0 and at in columns:
            forget(book, name.name)
        else:
            moved = lambda column: column + by if column >= at else column
            place = re.sub(r"\$([A-Z]+)\$", lambda found: f"${get_column_letter(moved(column_index_from_string(found[1])))}$", place)
            name.attr_text = f"{sheet}!{place}"


def edit(book, name, arguments):
    sheet = book.worksheets[0]
    width = sheet.max_column
    whole = lambda row: [sheet.cell(row, column).value for column in range(1, width + 1)]
    if name in ("type", "put"):
        column, wanted = (QUANTITY, arguments[0]) if name == "type" else arguments
        for code, typed in wanted.items():
            cell = sheet.cell(row_of(sheet, code), column)
            cell.value = value(typed)
            if isinstance(typed, dict) and "error" in typed:
                cell.data_type = "e"
    elif name == "reverse":
        all_rows = rows(sheet)
        for row, line in zip(all_rows, list(map(whole, reversed(all_rows)))):
            replace(sheet, row, [line])
    elif name == "delete_empty":
        for row in reversed(rows(sheet)):
            if sheet.cell(row, QUANTITY).value is None:
                sheet.delete_rows(row)
    elif name == "duplicate":
        line = whole(row_of(sheet, arguments[0]))
        line[QUANTITY - 1] = arguments[1]
        replace(sheet, sheet.max_row + 1, [line])
    elif name == "insert_column":
        sheet.insert_cols(arguments[0])
        sheet.cell(1, arguments[0]).value = "note"
    elif name == "move_quantity_first":
        for row in range(head(sheet), sheet.max_row + 1):
            line = whole(row)
            replace(sheet, row, [[line.pop(QUANTITY - 1)] + line])
    elif name == "filter":
        for row in rows(sheet):
            sheet.row_dimensions[row].hidden = sheet.cell(row, QUANTITY).value is None
    elif name == "insert_rows":
        for row in reversed(rows(sheet)[::3]):
            sheet.insert_rows(row)
            sheet.cell(row, NAME).value = "for the shop"
    elif name == "sort":
        all_rows = rows(sheet)
        lines = sorted(map(whole, all_rows), key=lambda line: -(line[QUANTITY - 1] or 0))
        for row, line in zip(all_rows, lines):
            replace(sheet, row, [line])
    elif name == "delete_column":
        sheet.delete_cols(arguments[0])
    elif name in ("add_column", "drop_column"):
        book = edit(book, {"add_column": "insert_column", "drop_column": "delete_column"}[name], arguments)
        follow(book, arguments[0], 1 if name == "add_column" else -1)
    elif name == "merge_head":
        sheet.protection.disable()
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=3)
        sheet.merge_cells(start_row=head(sheet) + 1, start_column=1, end_row=head(sheet) + 1, end_column=8)
    elif name == "fields":
        names = book.defined_names
        for field, typed in arguments[0].items():
            of = names[field] if hasattr(names, "items") else names.get(field)
            sheet[of.attr_text.split("!")[1].replace("$", "")].value = value(typed)
    elif name == "rename":
        sheet.title = arguments[0]
    elif name == "hide":
        book.create_sheet("Other")
        sheet.sheet_state = "hidden"
    elif name == "drop_head":
        sheet.delete_rows(1, head(sheet))
    elif name == "drop_names":
        for name in [name.name for name in named(book) if name.name.startswith("OF_")]:
            forget(book, name)
    elif name == "price":
        sheet.cell(row_of(sheet, arguments[0]), PRICE).value = arguments[1]
    elif name == "meta":
        book["_meta"].cell(1, 2).value = arguments[0]
    elif name == "codes_only":
        first, second = (row_of(sheet, code) for code in arguments)
        sheet.cell(first, CODE).value, sheet.cell(second, CODE).value = arguments[1], arguments[0]
    elif name == "copy_out":
        lines = [whole(row)[: ROW_ID - 1] for row in range(head(sheet), sheet.max_row + 1)]
        book = openpyxl.Workbook()
        replace(book.active, 1, lines)
    else:
        sys.exit(f"no edit {name}")
    return book


def edited(edits, out):
    book = openpyxl.load_workbook(sys.argv[1])
    for name, *arguments in edits:
        book = edit(book, name, arguments)
    book.save(out)


if sys.argv[2] == "-":
    for line in sys.stdin:
        job = json.loads(line)
        edited(job["edits"], job["out"])
else:
    edited(json.load(sys.stdin), sys.argv[2])
