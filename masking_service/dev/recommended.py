"""Writes the recommended policy as `make run POLICY=recommended` uses it.

There is no ticket system to ask, the desk is at http://localhost, where browsers
make keys, and a key signs as soon as it is approved.
"""

import sys
from pathlib import Path

import yaml

from masking_service.masking.strict_yaml import read_yaml

RECOMMENDED = Path(__file__).parents[2] / "examples" / "policy-recommended.yaml"


def recommended(desk_port: int) -> str:
    """Return the policy as YAML."""
    policy = read_yaml(RECOMMENDED.read_text("utf-8"))
    del policy["cases"]["check"]
    policy["signed"] |= {"rp_id": "localhost", "origins": [f"http://localhost:{desk_port}"], "waiting": 0}
    return yaml.safe_dump(policy, sort_keys=False, allow_unicode=True)


if __name__ == "__main__":
    sys.stdout.write(recommended(int(sys.argv[1])))
