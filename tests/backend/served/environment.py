"""Settings of moto that must be in the environment before moto is imported."""

import os
from pathlib import Path

IMAGES = Path(__file__).parent.parent / "images.json"


def prepare():
    """Only the images of the tests are loaded: the default ones cost two seconds for each account."""
    os.environ["MOTO_AMIS_PATH"] = str(IMAGES)
    os.environ["MOTO_ALLOW_NONEXISTENT_REGION"] = "false"
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    for name in ("MOTO_ACCOUNT_ID", "AWS_ENDPOINT_URL", "AWS_PROFILE", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ.pop(name, None)
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
