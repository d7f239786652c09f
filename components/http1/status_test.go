package http1

import "testing"

func TestStatusText(t *testing.T) {
	for code, want := range map[int]string{
		200: "OK", 404: "Not Found", 413: "Content Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content",
		418: "I'm a teapot", 299: "", 0: "",
	} {
		if got := StatusText(code); got != want {
			t.Errorf("%d: %q, want %q", code, got, want)
		}
	}
}
