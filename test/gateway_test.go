//go:build unix

package test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
)

// apart are the clauses of RFC 3875 that are no matter of the server if another
// program finds and runs the scripts.
var apart = map[string]string{
	"3.2-directory": noScripts, "3.2-index-without-slash": noScripts, "3.2-index": noScripts, "3.2-no-script-below": noScripts,
	"3.2-no-script": noScripts, "3.2-not-executable": noScripts, "3.2-outside": noScripts,
	"4.1.6-path-translated":          "the wrapper has no site",
	"4.4-arguments":                  "they are the wrapper's to give",
	"5-nph":                          "neither FastCGI nor SCGI have it",
	"scgi/4.1.2-content-length-zero": "SCGI has a length always, and the wrapper can not know",
	"5-nph-last":                     "neither FastCGI nor SCGI have it",
	"5-nph-no-status-line":           "neither FastCGI nor SCGI have it",
	"5-nph-head":                     "neither FastCGI nor SCGI have it",
}

const noScripts = "the wrapper finds the scripts"

// TestGateways plays the clauses of RFC 3875 against the same scripts behind
// FastCGI and SCGI.
func TestGateways(t *testing.T) {
	t.Parallel()
	dir := programs(t)
	for name, address := range map[string]string{"fastcgi": gatewaytest.FastCGI(t, dir), "scgi": gatewaytest.SCGI(t, dir)} {
		s := serve(t, "--"+name, "/cgi="+address, site(t))
		files, err := filepath.Glob("rfc3875/*.txtar")
		if err != nil || len(files) == 0 {
			t.Fatalf("no clauses found: %v", err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c, err := parseClause(file, data)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range c.steps {
				if s.want != nil { // an answer that has come as a whole has a length
					s.want.fields = slices.DeleteFunc(s.want.fields, func(f expectedField) bool { return f.name == "Transfer-Encoding" })
				}
			}
			clause := strings.TrimSuffix(filepath.Base(file), ".txtar")
			t.Run(name+"/"+clause, func(t *testing.T) {
				if reason := cmp.Or(apart[clause], apart[name+"/"+clause]); reason != "" {
					t.Skip(reason)
				}
				c.play(t, place{name, s.addr, nil}, false)
			})
		}
	}
}
