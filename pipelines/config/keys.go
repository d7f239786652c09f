package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/kamaelia-go/kamaelia/components/spelling"
)

// A key is one of a struct's, or of a struct's within it.
type key struct {
	name  string
	index []int
	short bool // a value in the struct's place is this key's
	off   bool // off in the struct's place is this key's
}

// keysOf lists the keys of a struct in the order of its fields.
func keysOf(t reflect.Type) []key {
	var keys []key
	for f := range t.Fields() {
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported():
		case option == "inline":
			for _, k := range keysOf(f.Type) {
				k.index, k.short, k.off = append(slices.Clone(f.Index), k.index...), false, false
				keys = append(keys, k)
			}
		default:
			keys = append(keys, key{name, f.Index, option == "short", option == "off"})
		}
	}
	return keys
}

// structure fills a struct from its keys, or the key that stands for it.
func (d *decoder) structure(path string, n ast.Node, v reflect.Value) {
	keys := keysOf(v.Type())
	if _, ok := n.(ast.MapNode); !ok {
		i := slices.IndexFunc(keys, func(k key) bool { return k.off })
		if i >= 0 && isOff(n) {
			v.FieldByIndex(keys[i].index).SetBool(true)
			return
		}
		if i = slices.IndexFunc(keys, func(k key) bool { return k.short }); i < 0 {
			d.mismatch(path, n, v.Type())
			return
		}
		d.value(path, n, v.FieldByIndex(keys[i].index))
		return
	}
	for _, e := range d.entries(path, n) {
		inner := join(path, e.name)
		if path == "" && strings.HasPrefix(e.name, "x-") {
			continue
		}
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == e.name })
		if i < 0 {
			d.problem(path, e.key, "there is no key %s%s", e.name, d.hint(e.name, keys))
			continue
		}
		d.value(inner, e.value, v.FieldByIndex(keys[i].index))
		if _, ok := d.at[inner]; ok && isGroup(e.value) {
			d.at[inner] = place(e.key)
		}
	}
}

// mapping fills a map whose keys are the user's own.
func (d *decoder) mapping(path string, n ast.Node, v reflect.Value) {
	if _, ok := n.(ast.MapNode); !ok {
		d.mismatch(path, n, v.Type())
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range d.entries(path, n) {
		inner, one := join(path, e.name), reflect.New(v.Type().Elem()).Elem()
		d.value(inner, e.value, one)
		if isGroup(e.value) {
			d.at[inner] = place(e.key)
		}
		v.SetMapIndex(reflect.ValueOf(e.name), one)
	}
}

// isGroup reports whether a value is best pointed to by its key.
func isGroup(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.AliasNode, *ast.AnchorNode:
		return true
	}
	return false
}

type entry struct {
	name  string
	key   ast.Node
	value ast.Node
}

// entries lists what stands in a mapping: its own keys, and then those merged
// into it by << that it has not.
func (d *decoder) entries(path string, n ast.Node) (all []entry) {
	var merged []ast.Node
	for it := n.(ast.MapNode).MapRange(); it.Next(); {
		k := it.Key()
		if k.IsMergeKey() {
			merged = append(merged, it.Value())
			continue
		}
		name, ok := "", false
		if inner, isKey := k.(*ast.MappingKeyNode); isKey {
			name, ok = scalar(inner.Value)
		} else {
			name, ok = scalar(k)
		}
		switch {
		case !ok:
			d.problem(path, k, "a key is a word")
		case slices.ContainsFunc(all, func(e entry) bool { return e.name == name }):
			d.problem(path, k, "%s is there twice", name)
		default:
			all = append(all, entry{name, k, it.Value()})
		}
	}
	for _, m := range merged {
		for _, e := range d.merge(path, m) {
			if !slices.ContainsFunc(all, func(o entry) bool { return o.name == e.name }) {
				all = append(all, e)
			}
		}
	}
	return all
}

// merge lists the entries that a merge key brings: a mapping's, or those of a
// list of mappings, of which the first counts.
func (d *decoder) merge(path string, n ast.Node) (all []entry) {
	if !d.enter(path, n) {
		return nil
	}
	defer d.leave()
	m, leave, ok := d.resolve(path, n)
	defer leave()
	if !ok {
		return nil
	}
	switch m := m.(type) {
	case ast.MapNode:
		return d.entries(path, m.(ast.Node))
	case *ast.SequenceNode:
		for _, one := range m.Values {
			all = append(all, d.merge(path, one)...)
		}
		return all
	}
	d.problem(path, n, "<< takes a group of keys, or a list of such")
	return nil
}

// hint says what an unknown key may have been meant to be: one of nearly the
// same name, or one that belongs elsewhere.
func (d *decoder) hint(name string, keys []key) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	if elsewhere := homes(reflect.TypeFor[Config](), name, ""); len(elsewhere) > 0 {
		return fmt.Sprintf("; %s belongs in %s", name, strings.Join(elsewhere, " or "))
	}
	return spelling.Hint(name, names)
}

// homes lists the paths of the groups that have a key.
func homes(t reflect.Type, name, path string) (all []string) {
	for _, k := range keysOf(t) {
		if k.name == name {
			if path == "" {
				return []string{"the outermost group"}
			}
			return []string{path[1:]}
		}
	}
	for _, k := range keysOf(t) {
		inner := t.FieldByIndex(k.index).Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			all = append(all, homes(inner, name, path+"."+k.name)...)
		}
	}
	return all
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

var configType = reflect.TypeFor[Config]()

// addKeys adds the keys of a struct, and of those within it.
func addKeys(all map[string]bool, t reflect.Type, path string) {
	for _, k := range keysOf(t) {
		inner := t.FieldByIndex(k.index).Type
		name := join(path, k.name)
		all[name] = true
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.Struct {
			continue
		}
		if k.name == "sites" {
			all["sites.hosts"] = true
		}
		if k.name == "sites" || k.name == "paths" {
			continue // what else they hold is listed where the default site has it
		}
		addKeys(all, inner, name)
	}
}
