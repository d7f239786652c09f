package config

import (
	"encoding"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Format writes a configuration as YAML that Parse reads to the same Config.
// What has its default is left out.
func Format(c *Config) []byte {
	all := document(reflect.ValueOf(c).Elem())
	if isEmpty(all) {
		return nil
	}
	var w writer
	w.write(all, 0)
	return w.text.Bytes()
}

// A mark needs no quotes: what it says is no text.
type mark string

// document makes of a value what a writer writes: the inverse of
// decoder.value. It is made of yaml.MapSlice, []any and scalars.
func document(v reflect.Value) any {
	if t, ok := v.Interface().(encoding.TextMarshaler); ok && v.Kind() != reflect.Pointer {
		text, _ := t.MarshalText() // those of this package never fail
		return mark(text)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if inner := document(v.Elem()); !isEmpty(inner) {
			return inner
		}
		return true
	case reflect.Struct:
		return group(v)
	case reflect.Slice:
		if v.Len() == 1 && v.Index(0).Kind() != reflect.Slice {
			return document(v.Index(0))
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = document(v.Index(i))
		}
		return list
	case reflect.Map:
		all := yaml.MapSlice{}
		for _, k := range v.MapKeys() {
			all = append(all, yaml.MapItem{Key: k.String(), Value: document(v.MapIndex(k))})
		}
		slices.SortFunc(all, func(a, b yaml.MapItem) int { return strings.Compare(a.Key.(string), b.Key.(string)) })
		return all
	}
	return v.Interface()
}

// group makes a struct's keys, or its short form if that says it all.
func group(v reflect.Value) any {
	all, short, off := yaml.MapSlice{}, false, false
	for _, k := range keysOf(v.Type()) {
		f := v.FieldByIndex(k.index)
		if f.IsZero() {
			continue
		}
		short, off = short || k.short, off || k.off
		all = append(all, yaml.MapItem{Key: k.name, Value: document(f)})
	}
	switch {
	case off && len(all) == 1:
		return false
	case short && len(all) == 1 && !isList(all[0].Value) && all[0].Value != mark("off"):
		return all[0].Value
	}
	return all
}

func isEmpty(group any) bool {
	all, ok := group.(yaml.MapSlice)
	return ok && len(all) == 0
}

// isList reports whether a value is a list that is not to stand in its struct's
// place: there may be a list of structs around it.
func isList(v any) bool {
	_, ok := v.([]any)
	return ok
}
