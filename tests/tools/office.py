"""One LibreOffice for many orders: office.py DIRECTORY, with a job a line of JSON on stdin and an answer a line on stdout.

  {"form": FILE, "out": FILE without its ending, "quantities": {row id: number}, "fields": {name: text}, "formats": [...]}

Opens the form (the one before stays open while it is the same), types what is wanted, computes everything anew and saves
it in each format; the answer says how long that took. Needs Debian's python3-uno.
"""

import json
import os
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

FILTERS = {
    "xlsx": ("Calc MS Excel 2007 XML", None),
    "xls": ("MS Excel 97", None),
    "ods": ("calc8", None),
    "csv": ("Text - txt - csv (StarCalc)", "44,34,76,1"),
}


def prop(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


# A preview in each ODS file takes longer than the file.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Save/Document"><prop oor:name="GenerateThumbnail" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""


def start(directory):
    os.makedirs(f"{directory}/profile/user", exist_ok=True)
    with open(f"{directory}/profile/user/registrymodifications.xcu", "w", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    pipe = f"kontor{os.getpid()}"
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation=file://{directory}/profile", "--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(600):
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return office, remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except NoConnectException:
            if office.poll() is not None:
                sys.exit("LibreOffice ended before it began")
            time.sleep(0.1)
    sys.exit("LibreOffice does not answer")


def cells(document, name):
    return document.NamedRanges.getByName(name).getReferredCells()


class Form:
    def __init__(self, desktop, path):
        self.path = path
        self.document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, (prop("Hidden", True),))
        ids = cells(self.document, "OF_LINE").getDataArray()
        self.rows = {row[0]: at for at, row in enumerate(ids) if row[0]}
        self.quantities = cells(self.document, "OF_QTY")

    def fill(self, job):
        # Computing after each cell takes longer than all the rest; what is saved has the setting that its form had.
        self.document.enableAutomaticCalculation(False)
        typed = []
        for row, number in job["quantities"].items():
            cell = self.quantities.getCellByPosition(0, self.rows[row])
            cell.setValue(number)
            typed.append(cell)
        for name, text in job.get("fields", {}).items():
            cell = cells(self.document, name).getCellByPosition(0, 0)
            cell.setFormula(text)
            typed.append(cell)
        self.document.enableAutomaticCalculation(True)
        self.document.calculateAll()
        for kind in job["formats"]:
            name, options = FILTERS[kind]
            properties = [prop("FilterName", name), prop("Overwrite", True)]
            if options:
                properties.append(prop("FilterOptions", options))
            self.document.storeToURL(uno.systemPathToFileUrl(f"{job['out']}.{kind}"), tuple(properties))
        self.document.enableAutomaticCalculation(False)
        for cell in typed:
            cell.setFormula("")


def main():
    office, desktop = start(sys.argv[1])
    form = None
    try:
        for line in sys.stdin:
            job, began = json.loads(line), time.time()
            if form is None or form.path != job["form"]:
                if form:
                    form.document.close(True)
                form = Form(desktop, job["form"])
            form.fill(job)
            print(json.dumps({"out": job["out"], "seconds": time.time() - began}), flush=True)
    finally:
        try:
            desktop.terminate()
        except Exception:  # It ends while it answers.
            pass
        office.wait(30)


main()
