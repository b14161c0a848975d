"""Compares the workspace's rust-version with the highest among its dependencies (cargo metadata on standard input)."""

import json
import sys

metadata = json.load(sys.stdin)
members = [package for package in metadata["packages"] if package["id"] in metadata["workspace_members"]]
own = members[0]


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")) + (0,) * (2 - text.count("."))


def closure(root: str) -> set[str]:
    """What a user builds: normal and build dependencies, not those of the tests."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    reached, todo = set(), [root]
    while todo:
        package = todo.pop()
        if package not in reached:
            reached.add(package)
            for dependency in nodes[package]["deps"]:
                if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                    todo.append(dependency["pkg"])
    return reached


used = set().union(*(closure(member["id"]) for member in members))
asked = [
    (version(package["rust_version"]), package["name"])
    for package in metadata["packages"]
    if package["id"] in used and package not in members and package["rust_version"]
]
highest, name = max(asked)
print(f"rust-version {own['rust_version']}; the highest of {len(asked)} dependencies is {name}'s {highest}")
if version(own["rust_version"]) < highest:
    sys.exit("rust-version is too low")
