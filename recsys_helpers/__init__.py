"""The plumbing of the course: small modules, one idea a file; each lesson imports only what an earlier lesson built."""
