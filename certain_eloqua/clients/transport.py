"""Sends one request over a kept connection, without what a `requests.Session` does anew for every request.

A session merges settings, reads the environment for proxies and certificates twice, keeps cookies and looks
for redirects. Here the environment is read once for each site, no cookies are kept, and no redirect is
followed: both platforms redirect only to a login page.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase


class Transport:
    """The connections to one platform. Safe to use from several threads.

    Args:
        pool_size: connections kept open.
    """

    def __init__(self, pool_size: int) -> None:
        self._session = requests.Session()  # knows proxies, certificates and default headers
        self._adapter = HTTPAdapter(
            pool_connections=4, pool_maxsize=pool_size, max_retries=0, pool_block=False
        )
        self._sites: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        self._adapter.close()
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        auth: AuthBase,
        timeout: tuple[float, float],
        headers: Mapping[str, str],
        params: Mapping[str, Any] | None = None,
        data: bytes | Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The response, its body not read yet.

        Raises:
            requests.RequestException: nothing answered, or the request cannot be made of what was given.
        """
        request = requests.PreparedRequest()
        request.prepare_method(method)
        request.prepare_url(url, params)
        request.prepare_headers({**self._session.headers, **headers})
        request.prepare_body(data, files=None)
        request.prepare_auth(auth, url)
        return self._adapter.send(request, stream=True, timeout=timeout, **self._site(url))

    def _site(self, url: str) -> dict[str, Any]:
        """Proxies and certificates for the site of an address, as the environment names them."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._sites:
            found = self._session.merge_environment_settings(site, {}, True, None, None)
            self._sites[site] = {name: found[name] for name in ("proxies", "verify", "cert")}
        return self._sites[site]
