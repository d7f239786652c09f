package webdav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A node is an element of a request's XML, or, without a name, a text.
type node struct {
	name xml.Name
	lang string // xml:lang, its own or inherited
	attr []xml.Attr
	kids []*node
	text string
}

// is reports whether a node is a certain element of the namespace DAV:.
func (n *node) is(local string) bool {
	return n != nil && n.name.Space == "DAV:" && n.name.Local == local
}

// kid returns the first child that is a certain element of DAV:, or nil.
func (n *node) kid(local string) *node {
	for _, k := range n.kids {
		if k.is(local) {
			return k
		}
	}
	return nil
}

// elements returns the children that are elements.
func (n *node) elements() (all []*node) {
	for _, k := range n.kids {
		if k.name.Local != "" {
			all = append(all, k)
		}
	}
	return all
}

// xmlSpace is the namespace of xml:lang; nobody need declare it.
const xmlSpace = "http://www.w3.org/XML/1998/namespace"

// mostDepth is how deep elements may be nested.
const mostDepth = 64

var (
	errDeep   = errors.New("webdav: the elements are nested too deeply")
	errEmpty  = errors.New("webdav: there is no element")
	errBehind = errors.New("webdav: there is more behind the last element")
)

// parseXML reads a document, with its namespaces (RFC 4918 section 8.2).
func parseXML(b []byte) (*node, error) {
	p := &xmlParser{Decoder: xml.NewDecoder(bytes.NewReader(b))}
	for {
		t, err := p.Token()
		if err == io.EOF {
			return nil, errEmpty
		}
		if err != nil {
			return nil, fmt.Errorf("webdav: %w", err)
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		root, err := p.element(start, "", 0)
		if err != nil {
			return nil, err
		}
		return root, p.end()
	}
}

// An xmlParser knows which namespaces are declared: the Decoder takes a prefix
// that is not for a namespace.
type xmlParser struct {
	*xml.Decoder
	declared []string
}

// element reads an element whose start has been read.
func (p *xmlParser) element(start xml.StartElement, lang string, depth int) (*node, error) {
	if depth == mostDepth {
		return nil, errDeep
	}
	before := len(p.declared)
	defer func() { p.declared = p.declared[:before] }()
	n := &node{name: start.Name, lang: lang}
	for _, a := range start.Attr {
		switch {
		case a.Name.Space == "xmlns" && a.Value == "":
			return nil, fmt.Errorf("webdav: prefix %q is declared for no namespace", a.Name.Local)
		case a.Name.Space == "xmlns", a.Name.Space == "" && a.Name.Local == "xmlns":
			p.declared = append(p.declared, a.Value)
			continue
		case a.Name.Space == xmlSpace && a.Name.Local == "lang":
			n.lang = a.Value
		}
		n.attr = append(n.attr, a)
	}
	for _, a := range n.attr {
		if err := p.check(a.Name); err != nil {
			return nil, err
		}
	}
	if err := p.check(n.name); err != nil {
		return nil, err
	}
	for {
		t, err := p.Token()
		if err != nil {
			return nil, fmt.Errorf("webdav: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			kid, err := p.element(t, n.lang, depth+1)
			if err != nil {
				return nil, err
			}
			n.kids = append(n.kids, kid)
		case xml.CharData:
			n.kids = append(n.kids, &node{text: string(t)})
		case xml.EndElement:
			return n, nil
		}
	}
}

// check wants a name whose namespace is declared, and that may stand without its
// prefix.
func (p *xmlParser) check(name xml.Name) error {
	if name.Space != "" && name.Space != xmlSpace && !slices.Contains(p.declared, name.Space) {
		return fmt.Errorf("webdav: prefix %q is not declared", name.Space)
	}
	if first, _ := utf8.DecodeRuneInString(name.Local); first != '_' && !unicode.IsLetter(first) {
		return fmt.Errorf("webdav: %q is not a name", name.Local)
	}
	return nil
}

// end wants nothing but white space and comments behind the document.
func (p *xmlParser) end() error {
	for {
		switch t, err := p.Token(); t := t.(type) {
		case nil:
			if err == io.EOF {
				return nil
			}
			return fmt.Errorf("webdav: %w", err)
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return errBehind
			}
		case xml.StartElement, xml.Directive:
			return errBehind
		}
	}
}

// inner writes what is in an element so that it means the same anywhere: each
// element in it declares its namespace itself.
func (n *node) inner() string {
	var b []byte
	for _, k := range n.kids {
		b = k.append(b)
	}
	return string(b)
}

func (n *node) append(b []byte) []byte {
	if n.name.Local == "" {
		return appendText(b, n.text)
	}
	b = append(append(b, '<'), n.name.Local...)
	b = append(appendText(append(b, ` xmlns="`...), n.name.Space), '"')
	for i, a := range n.attr {
		name := a.Name.Local
		switch a.Name.Space {
		case "":
		case xmlSpace:
			name = "xml:" + name
		default:
			prefix := fmt.Sprintf("a%d", i)
			b = append(appendText(append(b, " xmlns:"+prefix+`="`...), a.Name.Space), '"')
			name = prefix + ":" + name
		}
		b = append(appendText(append(b, " "+name+`="`...), a.Value), '"')
	}
	if len(n.kids) == 0 {
		return append(b, "/>"...)
	}
	b = append(b, '>')
	for _, k := range n.kids {
		b = k.append(b)
	}
	return append(append(append(b, "</"...), n.name.Local...), '>')
}

// appendText writes a text, or the value of an attribute.
func appendText(b []byte, s string) []byte {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`<>&"'`, r) }) {
		return append(b, s...)
	}
	w := bytes.NewBuffer(b)
	_ = xml.EscapeText(w, []byte(s)) // a Buffer takes all
	return w.Bytes()
}
