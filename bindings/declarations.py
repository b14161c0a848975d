"""Writes what is copied from the header into bindings that cannot read it.

    python bindings/declarations.py           writes it
    python bindings/declarations.py --check   fails where it is stale
"""

import os
import re
import sys

here = os.path.dirname(os.path.abspath(__file__))
header = open(os.path.join(here, "c", "include", "ksef_qr.h"), encoding="utf-8").read()
code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
code = re.sub(r"//.*", "", code)
code = re.sub(r"^#(ifdef __cplusplus|if ).*?^#endif.*?$", "", code, flags=re.S | re.M)
code = re.sub(r"^#.*$", "", code, flags=re.M)
functions = [" ".join(one.split()) + ";" for one in re.split(r";(?![^{]*\})", code) if one.strip()]

php = "<?php\n\ndeclare(strict_types=1);\n\nnamespace KsefQr;\n\n"
php += "/** What the header declares. Written by bindings/declarations.py. @internal */\nfinal class Declarations\n{\n"
php += "    public const C = <<<'C'\n" + "\n".join("        " + one for one in functions) + "\n        C;\n}\n"

stale = 0
for name, text in {"php/src/Declarations.php": php}.items():
    path = os.path.join(here, name)
    old = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    if old != text:
        if "--check" in sys.argv:
            print(f"{name} is stale: python bindings/declarations.py")
            stale = 1
        else:
            open(path, "w", encoding="utf-8").write(text)
sys.exit(stale)
