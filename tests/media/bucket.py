"""A real S3 over HTTP on loopback, for whoever wants to see files live in a bucket."""

import contextlib
from collections.abc import Iterator

NAME = "films"


@contextlib.contextmanager
def running() -> Iterator[dict]:
    """The settings of a storage in an empty bucket."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "bucket_name": NAME,
        "endpoint_url": f"http://{host}:{port}",
        "access_key": "test",
        "secret_key": "test",
        "region_name": "us-east-1",
        "default_acl": None,
        "file_overwrite": False,
    }
    try:
        _make_bucket(options)
        yield {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    finally:
        server.stop()


def _make_bucket(options: dict) -> None:
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=options["endpoint_url"],
        aws_access_key_id=options["access_key"],
        aws_secret_access_key=options["secret_key"],
        region_name=options["region_name"],
    )
    client.create_bucket(Bucket=NAME)
