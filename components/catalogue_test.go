package components_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components"
)

var update = flag.Bool("update", false, "write the catalogue into README.md and catalogue.json")

func TestMain(m *testing.M) { axontest.Main(m) }

// The catalogue stands between these lines of README.md.
const begin, end = "<!-- catalogue, written by go test ./components -update -->\n", "<!-- end of the catalogue -->"

// TestCatalogue holds that README.md and catalogue.json list every component with the
// boxes that it has in the code, and with their comments.
func TestCatalogue(t *testing.T) {
	all := catalogue(t)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(all); err != nil {
		t.Fatal(err)
	}
	hold(t, "catalogue.json", "", b.String(), "")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("README.md has no lines %q and %q", begin, end)
	}
	hold(t, "README.md", before+begin, page(all), end+after)
}

// hold wants a file to be what the code says, or writes it.
func hold(t *testing.T, name, before, want, after string) {
	t.Helper()
	want = before + want + after
	got, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	switch {
	case string(got) == want:
	case *update:
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the code says; run: go test ./components -update", name)
	}
}

// page writes the catalogue for README.md: the components of a folder, each with a table of
// its boxes.
func page(all []components.Entry) string {
	var sb strings.Builder
	cell := func(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
	folder := ""
	for _, e := range all {
		if dir, _, _ := strings.Cut(e.File, "/"); dir != folder {
			folder = dir
			fmt.Fprintf(&sb, "### %s\n\n", folder)
		}
		if e.Prefab {
			fmt.Fprintf(&sb, "**[%s](%s)** `%s`: %s\n\n", e.Name, e.File, e.Form[strings.Index(e.Form, "("):], e.Brief)
			continue
		}
		fmt.Fprintf(&sb, "**[%s](%s)**: %s", e.Name, e.File, e.Brief)
		if !e.Signals {
			sb.WriteString(" It has no control and signal.")
		}
		sb.WriteString("\n\n")
		for i, b := range e.Boxes {
			if i == 0 {
				sb.WriteString("| | box | messages | |\n|---|---|---|---|\n")
			}
			direction, name, kind := "out", b.Name, "`"+b.Type+"`"
			if b.In {
				direction = "in"
			}
			if b.Many {
				name += "[...]"
			}
			if b.Optional {
				kind += ", optional"
			}
			fmt.Fprintf(&sb, "| %s | %s | %s | %s |\n", direction, name, cell(kind), cell(b.About))
		}
		if len(e.Boxes) > 0 {
			sb.WriteString("\n")
		}
	}
	return sb.String()
}

// TestFolders holds that README.md leads to the README of each folder.
func TestFolders(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]bool{}
	for _, file := range files {
		folders[filepath.ToSlash(filepath.Dir(file))] = true
	}
	for folder := range folders {
		if link := "](" + folder + "/README.md)"; !strings.Contains(string(readme), link) {
			t.Errorf("no link %s", link)
		}
	}
}
