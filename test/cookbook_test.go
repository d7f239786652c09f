package test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCookbook holds that each program among the examples has a test, begins with its
// picture and with what one will see, and stands in the index; and that each page that the
// index leads to has the graphs and how to run it.
func TestCookbook(t *testing.T) {
	index := string(readRepoFile(t, "examples/README.md"))
	picture := regexp.MustCompile(`(?m)^//\t.*(─▶|──▶|══▶|~~▶|⇄)`)
	seen := regexp.MustCompile(`(?i)you (will )?see|it prints`)
	for _, main := range repoFiles(t, "examples/*/main.go") {
		folder := path.Dir(main)
		name := path.Base(folder)
		comment, _, found := strings.Cut(string(readRepoFile(t, main)), "\npackage main")
		if !found || !strings.HasPrefix(comment, "// Command "+name+" ") {
			t.Errorf("%s does not begin with \"// Command %s\"", main, name)
		}
		if !picture.MatchString(comment) {
			t.Errorf("%s does not begin with a picture", main)
		}
		if !seen.MatchString(strings.ReplaceAll(comment, "\n//", "")) {
			t.Errorf("%s does not say what one will see", main)
		}
		if len(repoFiles(t, folder+"/*_test.go")) == 0 {
			t.Errorf("%s has no test", folder)
		}
		if !strings.Contains(index, "["+name+"]("+name+"/") {
			t.Errorf("examples/README.md does not lead to %s", name)
		}
	}
	others := []string{"cgi", "miniaxon", "porting", "wsgi"} // pages of another kind
	for _, page := range repoFiles(t, "examples/*/README.md") {
		text, name := string(readRepoFile(t, page)), path.Base(path.Dir(page))
		if !strings.Contains(index, "("+name+"/README.md)") {
			t.Errorf("examples/README.md does not lead to %s", page)
		}
		if slices.Contains(others, name) {
			continue
		}
		for _, section := range []string{"\n## The graphs\n", "\n## Run it\n", "| in Kamaelia | here |", "go run ./examples/" + name} {
			if !strings.Contains(text, section) {
				t.Errorf("%s has no %q", page, strings.TrimSpace(section))
			}
		}
	}
}
