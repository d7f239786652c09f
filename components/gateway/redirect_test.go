package gateway

import (
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// The slash that was missing leads to the same host, whatever browsers make of a path.
func TestSlashed(t *testing.T) {
	for target, want := range map[string]string{
		"/a":                     "/a/",
		"/a?b=c":                 "/a/?b=c",
		"//a":                    "/a/",
		"//example.org/../a":     "/example.org/../a/",
		`/\example.org/../a`:     "/%5Cexample.org/../a/",
		`/\\example.org/..//a?b`: "/%5C%5Cexample.org/..//a/?b",
		"/%5Cexample.org/../a":   "/%5Cexample.org/../a/",
	} {
		req := &http1.Request{Method: "GET", Host: "a.example"}
		if err := req.SetTarget(target); err != nil {
			t.Fatal(err)
		}
		if got := Slashed(req).Header.Get("Location"); got != want || strings.HasPrefix(got, `/\`) {
			t.Errorf("%s leads to %s, want %s", target, got, want)
		}
	}
}
