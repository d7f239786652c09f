package test

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestCookbook holds that each program among the examples has a test, begins with its
// picture and with what one will see, is short, fails with a status, and stands in the index; and
// that it has a page, with the graphs side by side and how to run it.
func TestCookbook(t *testing.T) {
	const mostLines = 79
	index := string(readRepoFile(t, "examples/README.md"))
	picture := regexp.MustCompile(`(?m)^//\t.*(─▶|──▶|══▶|~~▶|⇄)`)
	seen := regexp.MustCompile(`(?i)you (will )?see|it prints`)
	programs := repoFiles(t, "examples/*/main.go")
	if len(programs) < 30 {
		t.Errorf("%d programs: were they found?", len(programs))
	}
	for _, main := range programs {
		folder := path.Dir(main)
		name, code := path.Base(folder), string(readRepoFile(t, main))
		comment, _, found := strings.Cut(code, "\npackage main")
		if !found || !strings.HasPrefix(comment, "// Command "+name+" ") {
			t.Errorf("%s does not begin with \"// Command %s\"", main, name)
		}
		if n := strings.Count(code, "\n"); n > mostLines {
			t.Errorf("%s has %d lines, want %d at most", main, n, mostLines)
		}
		if strings.Contains(code, "log.Print(err)") {
			t.Errorf("%s tells of its failure, and ends with status 0", main)
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
		if len(repoFiles(t, folder+"/README.md")) == 0 {
			t.Errorf("%s has no page README.md", folder)
		}
	}
	for _, page := range repoFiles(t, "examples/*/README.md") {
		text, name := string(readRepoFile(t, page)), path.Base(path.Dir(page))
		if !strings.Contains(index, "["+name+"]("+name+"/README.md)") {
			t.Errorf("examples/README.md does not lead to %s", page)
		}
		sections := []string{"\n## The graphs\n", "\n## Run it", "| in Kamaelia | here |\n", "go run ./examples/" + name}
		if name == "porting" { // has the whole of both, step by step
			sections = []string{"\n```python\n", "Graphline(", "\n```go\n", "axon.Links{", "go run ./examples/porting"}
		}
		for _, section := range sections {
			if !strings.Contains(text, section) {
				t.Errorf("%s has no %q", page, strings.TrimSpace(section))
			}
		}
	}
}
