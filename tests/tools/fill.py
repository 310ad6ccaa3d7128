"""Fills an order form in LibreOffice, as a person would: fill.py FORM OUT.ods PROFILE CODE=QUANTITY…

The quantities go into the column the name OF_QTY stands for, in the rows whose OF_CODE is the code; LibreOffice computes anew
and saves.
"""

import subprocess
import sys
import tempfile
import time
import pathlib


def main():
    form, out, profile, *quantities = sys.argv[1:]
    import uno
    from com.sun.star.beans import PropertyValue

    pipe = "kontor" + pathlib.Path(tempfile.mkdtemp()).name
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(240):
            try:
                context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:
                time.sleep(0.25)
        else:
            sys.exit("LibreOffice does not answer")
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        hidden = PropertyValue(Name="Hidden", Value=True)
        book = desktop.loadComponentFromURL(f"file://{form}", "_blank", 0, (hidden,))
        named = lambda name: book.NamedRanges.getByName(name).getReferredCells()
        codes, column = named("OF_CODE"), named("OF_QTY")
        for wanted in quantities:
            code, quantity = wanted.rsplit("=", 1)
            rows = [row for row in range(codes.Rows.Count) if codes.getCellByPosition(0, row).String == code]
            column.getCellByPosition(0, rows[0]).Value = float(quantity)
        book.calculateAll()
        book.storeToURL(f"file://{out}", (PropertyValue(Name="FilterName", Value="calc8"),))
        book.close(True)
        try:
            desktop.terminate()
        except Exception:
            pass
        office.wait(60)
    finally:
        office.kill()


main()
