package components_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestDocumentsNameWhatThereIs holds that files and identifiers in the documents,
// such as `parser.go`, `Parser.take` or `axon.Link`, are in the repository.
func TestDocumentsNameWhatThereIs(t *testing.T) {
	names := identifiers(t)
	file := regexp.MustCompile(`^[\w./-]+\.(go|md|txtar)$`)
	span := regexp.MustCompile("`([^`\n]+)`")
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, pattern := range []string{"../*.md", "*.md", "*/*.md", "../pipelines/*.md", "../examples/*.md"} {
		documents, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range documents {
			there := func(path string) bool {
				if found, err := filepath.Glob("*/" + path); filepath.Base(path) == path && err == nil && len(found) > 0 {
					return true
				}
				_, beside := os.Stat(filepath.Join(filepath.Dir(document), path))
				_, below := os.Stat(filepath.Join("..", path))
				return beside == nil || below == nil
			}
			text := prose(t, document)
			for _, m := range link.FindAllStringSubmatch(text, -1) {
				if _, err := os.Stat(filepath.Join(filepath.Dir(document), m[1])); err != nil {
					t.Errorf("%s: a link to nothing: %s", document, m[1])
				}
			}
			for _, m := range span.FindAllStringSubmatch(text, -1) {
				if name := m[1]; file.MatchString(name) && !there(name) || !file.MatchString(name) && !names.have(name) {
					t.Errorf("%s: there is no `%s`", document, name)
				}
			}
		}
	}
}

// prose is a document without its fenced code.
func prose(t *testing.T, document string) string {
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(string(text), "")
}

// A nameSet holds what the code declares: the packages' names, and for
// "package.Type" and "Type" the names of fields and methods.
type nameSet map[string]map[string]bool

func (s nameSet) add(of, name string) {
	if s[of] == nil {
		s[of] = map[string]bool{}
	}
	s[of][name] = true
}

// have reports whether an identifier that leads into our code leads to something.
func (s nameSet) have(name string) bool {
	parts := regexp.MustCompile(`^\*?(\w+)\.(\w+)(?:\.(\w+))?(?:\(\))?$`).FindStringSubmatch(name)
	if parts == nil || s[parts[1]] == nil {
		return true // not ours, or no such name
	}
	return s[parts[1]][parts[2]] && (parts[3] == "" || s[parts[1]+"."+parts[2]][parts[3]])
}

// identifiers lists the declarations of the repository's code.
func identifiers(t *testing.T) nameSet {
	names := nameSet{}
	for _, pattern := range []string{"*/*.go", "../axon/*.go", "../axon/*/*.go", "../pipelines/*.go", "../cmd/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			pkg := tree.Name.Name
			for _, decl := range tree.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil {
					names.add(typeName(f.Recv.List[0].Type), f.Name.Name)
					names.add(pkg+"."+typeName(f.Recv.List[0].Type), f.Name.Name)
				} else if ok {
					names.add(pkg, f.Name.Name)
				}
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					for _, name := range n.Names {
						names.add(pkg, name.Name)
					}
				case *ast.TypeSpec:
					names.add(pkg, n.Name.Name)
					for _, member := range members(n.Type) {
						names.add(n.Name.Name, member)
						names.add(pkg+"."+n.Name.Name, member)
					}
				}
				return true
			})
		}
	}
	return names
}

// members lists the fields or methods in a type.
func members(e ast.Expr) (names []string) {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return nil
	}
	for _, f := range list.List {
		for _, name := range f.Names {
			names = append(names, name.Name)
		}
	}
	return names
}
