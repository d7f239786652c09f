package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the keys into README.md")

const examples = "../../examples/config"

// TestExamples holds that each example is right, but for the certificate of one.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(examples + "/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		err := CheckFile(file)
		if all, ok := err.(Problems); ok && filepath.Base(file) == "tls.yaml" && all.Missing() && len(all) == 1 && strings.HasPrefix(all[0].Path, "listen[1].tls") {
			continue
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// TestReference holds that the reference has every key, and that those which are
// turned off in it would be understood.
func TestReference(t *testing.T) {
	text, err := os.ReadFile(examples + "/reference.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?m)^#(\S|  )`).ReplaceAll(text, []byte("$1"))
	c, err := Parse("reference.yaml", all)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for path := range c.source.at {
		path = regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "")
		path = regexp.MustCompile(`^paths\./[^.]*\.`).ReplaceAllString(path, "")
		have[path] = true
		if rest, ok := strings.CutPrefix(path, "sites."); ok && rest != "hosts" {
			have[rest] = true
		}
	}
	for _, key := range Keys() {
		if !have[key] {
			t.Errorf("%s is not there", key)
		}
	}
}

// TestKeys holds that README.md lists the keys with what their comments say.
func TestKeys(t *testing.T) {
	const begin, end = "<!-- keys, written by go test ./pipelines/config -update -->\n", "<!-- end of the keys -->"
	want := keyTable(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), begin)
	got, after, ended := strings.Cut(rest, end)
	switch {
	case !ok || !ended:
		t.Fatalf("README.md has no lines %q and %q", begin, end)
	case got == want:
	case *update:
		if err := os.WriteFile("README.md", []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("README.md is not what the code says; run: go test ./pipelines/config -update\nwant:\n%s", want)
	}
}

// keyTable makes the table of the keys from the comments of the model.
func keyTable(t *testing.T) string {
	t.Helper()
	comments := fieldComments(t)
	var b strings.Builder
	b.WriteString("| key | what it says | default |\n|---|---|---|\n")
	var rows func(typ reflect.Type, path string)
	rows = func(typ reflect.Type, path string) {
		for _, k := range keysOf(typ) {
			f := typ.FieldByIndex(k.index)
			owner := typ
			for _, i := range k.index[:len(k.index)-1] {
				owner = owner.Field(i).Type
			}
			text := comments[owner.Name()+"."+f.Name]
			if text == "" {
				t.Errorf("%s.%s has no comment", owner.Name(), f.Name)
			}
			what, otherwise := cutDefault(text)
			name := join(path, k.name)
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, escape.Replace(what), otherwise)
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
				inner = inner.Elem()
			}
			switch {
			case k.name == "sites":
				what, otherwise := cutDefault(comments["Host.Hosts"])
				fmt.Fprintf(&b, "| `sites.hosts` | %s | %s |\n", escape.Replace(what), otherwise)
			case inner.Kind() == reflect.Struct && k.name != "paths":
				rows(inner, name)
			}
		}
	}
	rows(configType, "")
	return b.String()
}

// escape keeps Markdown from reading marks.
var escape = strings.NewReplacer("|", `\|`, "*", `\*`)

var defaults = regexp.MustCompile(`The default is ([^.;]*(?:\.[^ ][^.;]*)*)(;[^.]*)?\.`)

// cutDefault takes the sentence about the default out of a comment.
func cutDefault(text string) (what, otherwise string) {
	if m := defaults.FindStringSubmatch(text); m != nil {
		otherwise = m[1]
		rest := ""
		if m[2] != "" {
			rest = strings.ToUpper(m[2][2:3]) + m[2][3:] + "."
		}
		text = strings.Join(strings.Fields(strings.Replace(text, m[0], rest, 1)), " ")
	}
	// "Root is the directory" reads "The directory" in a table.
	for _, verb := range []string{" is ", " are ", " says to ", " says ", " gives ", " names ", " takes ", " shows ", " bounds ", " lets ", " keeps ", " turns on ", " tells ", " sends ", " send ", " change ", " asks ", " codes ", " shares ", " runs ", " refuses ", " answers ", " replaces ", " passes "} {
		if first, rest, ok := strings.Cut(text, verb); ok && !strings.Contains(first, " ") && first != "" {
			if verb != " is " && verb != " are " {
				rest = strings.TrimPrefix(verb, " ") + rest
				rest = strings.TrimPrefix(strings.TrimPrefix(rest, "says to "), "says ")
			}
			text = strings.ToUpper(rest[:1]) + rest[1:]
			break
		}
	}
	return text, otherwise
}

// fieldComments returns the comments of the fields of the package's structs.
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	comments := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, name := range f.Names {
						comments[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
					}
				}
			}
			return true
		})
	}
	return comments
}
