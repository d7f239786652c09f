package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A decoder fills a Config from YAML. The library's own decoder stops at the
// first mistake; this one goes on, and notes where each value stood.
type decoder struct {
	*source
	problems Problems
	anchors  map[string][]*ast.AnchorNode // by name, in the order of the text
	open     []ast.Node                   // the nodes around the one at work, anchored ones alone
	values   int
	depth    int
}

// problem notes a mistake at a node.
func (d *decoder) problem(path string, n ast.Node, format string, args ...any) {
	p := &Problem{File: d.file, Path: path, Err: fmt.Errorf(format, args...)}
	at := place(n)
	p.Line, p.Column = at.line, at.column
	d.problems = append(d.problems, p)
}

// place tells where a node begins.
func place(n ast.Node) position {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			n = m.Values[0].Key
		}
	case *ast.MappingValueNode:
		n = m.Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return position{t.Position.Line, max(1, t.Position.Column)}
	}
	return position{}
}

// value fills v from a node. The kinds of Go and of YAML go together as they do
// in format.go.
func (d *decoder) value(path string, n ast.Node, v reflect.Value) {
	if !d.enter(path, n) {
		return
	}
	defer d.leave()
	d.at[path] = place(n)
	n, leave, ok := d.resolve(path, n)
	defer leave()
	if !ok {
		return
	}
	if n.Type() == ast.NullType {
		d.problem(path, n, "nothing stands here: give a value, or leave the key out")
		return
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if s, ok := scalar(n); !ok {
			d.mismatch(path, n, v.Type())
		} else if err := t.UnmarshalText([]byte(s)); err != nil {
			d.problem(path, n, "%q is %w", s, err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		d.pointer(path, n, v)
	case reflect.Struct:
		d.structure(path, n, v)
	case reflect.Slice:
		d.list(path, n, v)
	case reflect.Map:
		d.mapping(path, n, v)
	default:
		d.plain(path, n, v)
	}
}

// enter counts a value that is begun, and reports whether there may be so many.
func (d *decoder) enter(path string, n ast.Node) bool {
	if d.values++; d.values == maxValues {
		d.problem(path, n, "more than %d values", maxValues)
	}
	if d.values >= maxValues {
		return false
	}
	if d.depth == maxDepth {
		d.problem(path, n, "nested too deeply")
		return false
	}
	d.depth++
	return true
}

func (d *decoder) leave() { d.depth-- }

// resolve follows anchors, aliases and tags to the node that is meant. leave is
// called when that has been dealt with.
func (d *decoder) resolve(path string, n ast.Node) (to ast.Node, leave func(), ok bool) {
	before := len(d.open)
	leave = func() { d.open = d.open[:before] }
	for {
		switch m := n.(type) {
		case *ast.AnchorNode:
			d.open = append(d.open, m.Value)
			n = m.Value
		case *ast.AliasNode:
			name := m.Value.GetToken().Value
			to := d.anchor(name, m)
			if to == nil {
				d.problem(path, m, "there is no anchor &%s before this", name)
				return nil, leave, false
			}
			for _, around := range d.open {
				if around == to {
					d.problem(path, m, "*%s stands within &%s", name, name)
					return nil, leave, false
				}
			}
			d.open = append(d.open, to)
			n = to
		case *ast.TagNode:
			if !strings.HasPrefix(m.Start.Value, "!!") {
				d.problem(path, m, "tag %s means nothing here", m.Start.Value)
				return nil, leave, false
			}
			n = m.Value
		case nil:
			return nil, leave, false
		default:
			return n, leave, true
		}
	}
}

// anchor finds the value that an alias stands for: the last one of that name that
// stands before it.
func (d *decoder) anchor(name string, alias *ast.AliasNode) (to ast.Node) {
	for _, a := range d.anchors[name] {
		if a.Start.Position.Offset < alias.Start.Position.Offset {
			to = a.Value
		}
	}
	return to
}

// Visit implements ast.Visitor: it notes the anchors.
func (d *decoder) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok {
		name := a.Name.GetToken().Value
		d.anchors[name] = append(d.anchors[name], a)
	}
	return d
}

// pointer fills an optional struct: true is one with nothing set; off and false
// are none, unless the struct has a word for that.
func (d *decoder) pointer(path string, n ast.Node, v reflect.Value) {
	elem := v.Type().Elem()
	if elem.Kind() == reflect.Struct {
		if b, ok := n.(*ast.BoolNode); ok && b.Value {
			v.Set(reflect.New(elem))
			return
		}
		if isOff(n) && !slices.ContainsFunc(keysOf(elem), func(k key) bool { return k.off }) {
			v.SetZero()
			return
		}
		if _, ok := scalar(n); ok && !slices.ContainsFunc(keysOf(elem), func(k key) bool { return k.short }) {
			d.problem(path, n, "here is %s, and true, false or a group of keys is wanted", described(n))
			return
		}
	}
	v.Set(reflect.New(elem))
	d.value(path, n, v.Elem())
}

// isOff reports whether a value says that something is not wanted.
func isOff(n ast.Node) bool {
	switch m := n.(type) {
	case *ast.BoolNode:
		return !m.Value
	case *ast.StringNode:
		return m.Value == "off" && m.Token.Type == token.StringType
	}
	return false
}

// list fills a slice. A value that is no list is a list of one.
func (d *decoder) list(path string, n ast.Node, v reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.value(path, n, v.Index(0))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, e := range seq.Values {
		d.value(path+"["+strconv.Itoa(i)+"]", e, v.Index(i))
	}
}

// plain fills a string, a bool or a number.
func (d *decoder) plain(path string, n ast.Node, v reflect.Value) {
	s, isScalar := scalar(n)
	_, isBool := n.(*ast.BoolNode)
	switch v.Kind() {
	case reflect.String:
		if isScalar && !isBool {
			v.SetString(s)
			return
		}
	case reflect.Bool:
		if isBool {
			v.SetBool(s == "true" || s == "True" || s == "TRUE")
			return
		}
	case reflect.Int:
		if i, err := strconv.ParseInt(s, 10, 0); err == nil && isScalar && n.Type() == ast.IntegerType {
			v.SetInt(i)
			return
		}
	}
	d.mismatch(path, n, v.Type())
}

// scalar returns the text of a node that has no parts.
func scalar(n ast.Node) (string, bool) {
	switch m := n.(type) {
	case *ast.StringNode:
		return m.Value, true
	case *ast.LiteralNode:
		return m.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// mismatch says that a value is of the wrong type.
func (d *decoder) mismatch(path string, n ast.Node, want reflect.Type) {
	d.problem(path, n, "here is %s, and %s is wanted", described(n), wanted(want))
}

func described(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a group of keys"
	case *ast.SequenceNode:
		return "a list"
	}
	if s, ok := scalar(n); ok && len(s) < 40 {
		return strconv.Quote(s)
	}
	return "a text"
}

func wanted(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Duration]():
		return "a time such as 10s"
	case reflect.TypeFor[Size]():
		return "a size such as 64KiB"
	case reflect.TypeFor[Count]():
		return "a whole number, or off"
	}
	switch t.Kind() {
	case reflect.String:
		return "a text (in quotes, if it looks like something else)"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "a group of keys"
	}
	return "a text"
}
