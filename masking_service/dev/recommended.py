"""Writes the recommended policy as `make run POLICY=recommended` uses it.

There is no ticket system to ask, the desk is at http://localhost, where browsers
make keys, and a key signs as soon as it is approved.
"""

import sys
from pathlib import Path

import yaml

from masking_service.masking.strict_yaml import read_yaml

RECOMMENDED = Path(__file__).parents[2] / "examples" / "policy-recommended.yaml"


def recommended(port: int) -> str:
    """Return the policy as YAML, for a service at this port and a desk at the next one."""
    policy = read_yaml(RECOMMENDED.read_text("utf-8"))
    del policy["cases"]["check"]
    policy["signed"] |= {"rp_id": "localhost", "origins": [f"http://localhost:{port + 1}"], "waiting": 0}
    policy["devices"]["urls"] = [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]
    return yaml.safe_dump(policy, sort_keys=False, allow_unicode=True)


if __name__ == "__main__":
    sys.stdout.write(recommended(int(sys.argv[1])))
