"""The status texts that both of Eloqua's APIs have (Oracle, "HTTP status codes")."""

PHRASES = {
    400: "There was a validation error.",
    403: "Forbidden",
    404: "The requested resource was not found.",
    405: "Method Not Allowed",
    409: "There was a conflict.",
    410: "The requested resource is no longer available.",
    412: "The resource you are attempting to delete has dependencies, and cannot be deleted",
    413: "Storage space exceeded.",
    429: "Too Many Requests",
    500: "The service has encountered an error.",
    501: "Not Implemented",
    503: "Service Unavailable",
}
