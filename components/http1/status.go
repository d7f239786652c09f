package http1

import "net/http"

// StatusText returns the standard reason phrase of a status code, or "" for a
// code that has none.
func StatusText(code int) string { return http.StatusText(code) }
