"""Eloqua: REST for the few, the Bulk API for the many."""

from certain_eloqua.clients.eloqua.client import EMAIL_STATEMENT, ID_STATEMENT, EloquaClient
from certain_eloqua.clients.eloqua.custom_objects import CustomObject, CustomObjectField, NewField
from certain_eloqua.clients.eloqua.definitions import OrphanedDefinition, SyncAction
from certain_eloqua.clients.eloqua.exports import ExportReader
from certain_eloqua.clients.eloqua.login import BasicLogin, EloquaLogin, OAuthLogin
from certain_eloqua.clients.eloqua.metadata import ContactField, ContactList
from certain_eloqua.clients.eloqua.receipts import REJECTS_SCHEMA, ImportReceipt
from certain_eloqua.clients.eloqua.tokens import FileTokenStore, MemoryTokenStore, Tokens, TokenStore

__all__ = [
    "EMAIL_STATEMENT",
    "ID_STATEMENT",
    "REJECTS_SCHEMA",
    "BasicLogin",
    "ContactField",
    "ContactList",
    "CustomObject",
    "CustomObjectField",
    "EloquaClient",
    "EloquaLogin",
    "ExportReader",
    "FileTokenStore",
    "ImportReceipt",
    "MemoryTokenStore",
    "NewField",
    "OAuthLogin",
    "OrphanedDefinition",
    "SyncAction",
    "TokenStore",
    "Tokens",
]
