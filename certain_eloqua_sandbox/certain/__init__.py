"""Certain: API 2.0 (``/certainExternal/service/v1``) and Standard 2.0 (``/api/standard/2.0``)."""
