#!/usr/bin/env python3
"""Write the service models under models/ from a botocore release.

usage: scripts/make-models.py [VERSION]

Downloads the wheel of that version (default: the pinned one) with pip into a temporary folder, takes the
service descriptions apart and writes, for the services below,

  models/<service>.json.gz    service-2.json with its sdk-extras merged, without documentation
  models/paginators.json.gz   {service: {operation: paginator}}
  models/endpoints.json.gz    {service: endpoint rule set}
  models/partitions.json.gz   partitions.json
  models/NOTICE, models/LICENSE, models/README.md

The result depends on the version alone: running it twice changes no byte.
"""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PINNED = "1.44.5"
SERVICES = [
    "autoscaling", "cloudtrail", "cloudwatch", "ec2", "ecs", "elbv2", "events", "iam", "kms", "lambda", "logs",
    "network-firewall", "organizations", "route53", "route53resolver", "s3", "sns", "sqs", "ssm", "sts",
]
MODELS = pathlib.Path(__file__).resolve().parent.parent / "models"

README = """# Service models

Machine-readable descriptions of AWS service APIs, taken from botocore {version} (Apache-2.0, `LICENSE` and
`NOTICE` beside this file are botocore's own). Prose documentation is removed; nothing else is changed but that
each service's `sdk-extras` are merged in, as botocore does when it loads them.

| file | content |
| --- | --- |
| `<service>.json.gz` | operations and shapes (`service-2.json`) |
| `paginators.json.gz` | which members carry page tokens and results, by service and operation |
| `endpoints.json.gz` | endpoint rule sets, by service |
| `partitions.json.gz` | partitions with their regions |

To refresh them, or to add a service to the list in the script: `python3 scripts/make-models.py [VERSION]`.
The files are deterministic: the same version gives the same bytes.
"""


def download(version, folder):
    """The wheel of one botocore version."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary", ":all:", "--dest", folder, f"botocore=={version}"],
        check=True,
    )
    (wheel,) = pathlib.Path(folder).glob("botocore-*.whl")
    return zipfile.ZipFile(wheel)


def read(wheel, name):
    """A data file, stored plain or gzipped; None when the wheel has neither."""
    names = set(wheel.namelist())
    if name in names:
        return json.loads(wheel.read(name))
    if f"{name}.gz" in names:
        return json.loads(gzip.decompress(wheel.read(f"{name}.gz")))
    return None


def newest(wheel, service):
    """The folder of a service's newest API version."""
    prefix = f"botocore/data/{service}/"
    versions = {n.removeprefix(prefix).split("/")[0] for n in wheel.namelist() if n.startswith(prefix)}
    return f"{prefix}{max(versions)}"


def merge(base, extra):
    """botocore's merge of sdk-extras: mappings are merged, everything else is replaced."""
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def with_extras(wheel, folder, name):
    data = read(wheel, f"{folder}/{name}-1.json" if name != "service" else f"{folder}/service-2.json")
    extras = read(wheel, f"{folder}/{name}-{'2' if name == 'service' else '1'}.sdk-extras.json")
    if data is not None and extras is not None:
        merge(data, extras.get("merge", {}))
    return data


def without_prose(node):
    """Drops `documentation`. A member that happens to bear that name is a mapping, prose is a string."""
    if isinstance(node, dict):
        return {k: without_prose(v) for k, v in node.items() if not (k == "documentation" and isinstance(v, str))}
    if isinstance(node, list):
        return [without_prose(v) for v in node]
    return node


def write(name, data):
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    (MODELS / name).write_bytes(gzip.compress(text, compresslevel=9, mtime=0))


def main():
    version = sys.argv[1] if len(sys.argv) > 1 else PINNED
    MODELS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wheel = download(version, folder)
        paginators, endpoints = {}, {}
        for service in SERVICES:
            folder_of = newest(wheel, service)
            model = with_extras(wheel, folder_of, "service")
            model.pop("examples", None)
            write(f"{service}.json.gz", without_prose(model))
            pages = with_extras(wheel, folder_of, "paginators") or {}
            paginators[service] = pages.get("pagination", {})
            endpoints[service] = without_prose(read(wheel, f"{folder_of}/endpoint-rule-set-1.json"))
        write("paginators.json.gz", paginators)
        write("endpoints.json.gz", endpoints)
        write("partitions.json.gz", read(wheel, "botocore/data/partitions.json"))
        info = f"botocore-{version}.dist-info"
        for target, candidates in {"LICENSE": ("LICENSE.txt", "licenses/LICENSE.txt"), "NOTICE": ("NOTICE", "licenses/NOTICE")}.items():
            (found,) = [n for n in (f"{info}/{c}" for c in candidates) if n in wheel.namelist()]
            (MODELS / target).write_bytes(wheel.read(found))
    (MODELS / "README.md").write_text(README.format(version=version))
    print(f"botocore {version}: {len(SERVICES)} services, {sum(f.stat().st_size for f in MODELS.iterdir())} bytes")


if __name__ == "__main__":
    main()
