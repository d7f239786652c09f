package cgi

import (
	"slices"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
)

func TestEnvironment(t *testing.T) {
	lookup := func(name string) (string, bool) {
		v, ok := map[string]string{"SECRET": "s", "LANG": "C", "TZ": ""}[name]
		return v, ok
	}
	d := &Dir{Pass: []string{"LANG", "TZ", "NONE"}}
	if got := d.environment(lookup); !slices.Equal(got, []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C", "TZ="}) {
		t.Errorf("%q", got)
	}
}

func TestArguments(t *testing.T) {
	d := &Dir{Arguments: true}
	for line, want := range map[string][]string{
		"GET /a?b+c%20d": {"b", "c d"}, "HEAD /a?b": {"b"}, "GET /a?b%3Dc": {"b=c"}, "GET /a?b=c": nil, "GET /a": nil, "POST /a?b": nil,
		"GET /a?b+%zz": nil, "GET /a?b+%00": nil, "GET /a?b+-rm": nil, "GET /a?%2Drm": nil,
	} {
		if got := d.arguments(gatewaytest.Request(line)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	if got := (&Dir{}).arguments(gatewaytest.Request("GET /a?b")); got != nil {
		t.Errorf("not asked for, and there are %q", got)
	}
}
