package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCheck checks a module with a fault of each kind.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		target string
		want   []string // the lines, without their folder
	}{
		{"linux/amd64", []string{
			`faulty.go:15:13: Printf format %d has arg #1 of wrong type string (SA5009)`,
			`faulty.go:15:14: fmt.Printf format %d has arg "x" of wrong type string (printf)`,
			"faulty.go:16:21: error parsing regexp: missing closing ): `(` (SA1000)",
			`faulty.go:17:7: the cancel function returned by context.WithCancel should be called, not discarded, to avoid a context leak (lostcancel)`,
			`faulty.go:19:2: nothing to ignore for SA4006`,
			`faulty.go:22:8: example.com/faulty.wrap format %d has arg "y" of wrong type string (printf)`,
			`faulty.go:9:6: func idle is unused (U1000)`,
		}},
		{"windows/amd64", []string{
			`faulty_windows.go:3:13: cannot use "x" (untyped string constant) as int value in variable declaration`,
		}},
	} {
		n, found, err := check("testdata/faulty", c.target, append(vetting(), staticcheck()...))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range found {
			found[i] = filepath.Base(line[:strings.Index(line, ":")]) + line[strings.Index(line, ":"):]
		}
		if n != 2 || !slices.Equal(found, c.want) {
			t.Errorf("%s: %d packages, and\n%s\nwant 2, and\n%s", c.target, n, strings.Join(found, "\n"), strings.Join(c.want, "\n"))
		}
	}
	if _, _, err := check(".", "plan9", nil); err == nil || !strings.Contains(err.Error(), `target "plan9": want OS/ARCH`) {
		t.Errorf("%v", err)
	}
}
