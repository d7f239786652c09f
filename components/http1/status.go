package http1

import "net/http"

// StatusText returns the standard reason phrase of a status code, or "" for a
// code that has none.
func StatusText(code int) string {
	switch code { // those for which RFC 9110 has other words than Go
	case http.StatusRequestEntityTooLarge:
		return "Content Too Large"
	case http.StatusRequestURITooLong:
		return "URI Too Long"
	case http.StatusRequestedRangeNotSatisfiable:
		return "Range Not Satisfiable"
	case http.StatusUnprocessableEntity:
		return "Unprocessable Content"
	}
	return http.StatusText(code)
}
