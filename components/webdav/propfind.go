package webdav

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A question is what a PROPFIND asks for.
type question struct {
	names []xml.Name // these, and
	all   bool       // all others
	only  bool       // no values, the names alone
}

// mostNames is how many properties a PROPFIND may name: each is answered for each
// resource.
const mostNames = 256

// propfind tells of properties (RFC 4918 section 9.1).
func (c *call) propfind() (*http1.Response, error) {
	r := &resource{name: c.name, looked: time.Now()}
	var err error
	if r.info, err = c.Share.find(c.name); err != nil {
		return nil, err
	}
	if c.folder() && !r.info.IsDir() {
		return nil, refuse(404, "%q is not a collection", c.path)
	}
	depth, err := c.depth()
	if err != nil {
		return nil, err
	}
	if depth == depthInfinity && r.info.IsDir() && !c.Share.Infinity {
		return nil, refuse(403, "PROPFIND of a whole tree")
	}
	n, err := c.document()
	if err != nil {
		return nil, err
	}
	q, err := asked(n)
	if err != nil {
		return nil, err
	}
	m := c.multistatus()
	if err := m.tell(r, q); err != nil {
		return nil, err
	}
	if r.info.IsDir() && depth > depthZero {
		if err := m.members(c.name, q, depth); err != nil {
			return nil, err
		}
	}
	return m.end()
}

// asked reads the body of a PROPFIND. Without one, all properties are asked for.
func asked(n *node) (q question, err error) {
	if n == nil {
		return question{all: true}, nil
	}
	if !n.is("propfind") {
		return q, refuse(400, "the body is no DAV:propfind")
	}
	what := 0
	for _, k := range n.elements() {
		switch {
		case k.is("allprop"):
			q.all, what = true, what+1
		case k.is("propname"):
			q.only, what = true, what+1
		case k.is("prop"):
			what++
			fallthrough
		case k.is("include"):
			for _, p := range k.elements() {
				q.names = append(q.names, p.name)
			}
			if len(q.names) > mostNames {
				return q, refuse(400, "more than %d properties are asked for", mostNames)
			}
		}
	}
	if what != 1 {
		return q, refuse(400, "a DAV:propfind asks for one of allprop, propname and prop")
	}
	return q, nil
}

// tell writes what is asked of a resource.
func (m *multistatus) tell(r *resource, q question) (err error) {
	dir := r.info.IsDir()
	if !r.bare {
		if r.dead, err = m.Share.properties(r.name, dir); err != nil {
			return err
		}
	}
	found, none := propstat{status: "200 OK"}, propstat{status: "404 Not Found"}
	if q.all || q.only {
		for _, name := range r.names() {
			before := len(found.props)
			var ok bool
			if found.props, ok = m.appendProperty(found.props, r, name); ok && q.only {
				found.props = appendName(found.props[:before], name)
			}
		}
	}
	for _, name := range q.names {
		if q.all && slices.Contains(r.names(), name) {
			continue
		}
		var ok bool
		if found.props, ok = m.appendProperty(found.props, r, name); !ok {
			none.props = appendName(none.props, name)
		}
	}
	return m.response(m.href(r.name, dir), found, none)
}

// members writes what is asked of all that is in a collection, and with infinite
// depth of what is below. It does not go through links to other collections.
func (m *multistatus) members(dir string, q question, depth int) error {
	f, err := m.Share.Dir.Root().Open(orDot(dir))
	if absent(err) || errors.Is(err, fs.ErrPermission) {
		return nil // gone meanwhile, or not to be looked into
	}
	if err != nil {
		return err
	}
	defer f.Close()
	bare := !m.Share.exists(below(dir, sideDir))
	for {
		entries, err := f.ReadDir(256)
		for _, e := range entries {
			if err := m.member(dir, bare, e, q, depth); err != nil {
				return err
			}
		}
		if err == io.EOF || absent(err) {
			return nil // the latter when it is deleted, or a file, meanwhile
		}
		if err != nil {
			return err
		}
	}
}

func (m *multistatus) member(dir string, bare bool, e fs.DirEntry, q question, depth int) error {
	if !m.Share.shows(dir, e.Name()) {
		return nil
	}
	r := &resource{name: below(dir, e.Name()), looked: time.Now()}
	var err error
	if r.info, err = m.Share.stat(r.name); err != nil {
		return nil // gone meanwhile, or no resource
	}
	r.bare = bare && !r.info.IsDir()
	if err := m.tell(r, q); err != nil {
		return err
	}
	if e.IsDir() && depth == depthInfinity {
		return m.members(r.name, q, depth)
	}
	return nil
}

// orDot returns a name as the system wants it.
func orDot(name string) string {
	if name == "" {
		return "."
	}
	return name
}
