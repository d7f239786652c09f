package webdav

import (
	"encoding/xml"
	"slices"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// proppatch sets and removes properties, all or none (RFC 4918 section 9.2).
func (c *call) proppatch() (*http1.Response, error) {
	fi, err := c.Share.find(c.name)
	if err != nil {
		return nil, err
	}
	n, err := c.document()
	if err != nil {
		return nil, err
	}
	steps, err := steps(n)
	if err != nil {
		return nil, err
	}
	protected := false
	for _, p := range steps {
		protected = protected || isProtected(p.name())
	}
	err = c.Share.Dir.Do(func() error {
		if err := c.may(write{name: c.name}); err != nil || protected {
			return err
		}
		before, err := c.Share.properties(c.name, fi.IsDir())
		if err != nil {
			return err
		}
		return c.Share.keep(c.name, fi.IsDir(), patched(before, steps))
	})
	if err != nil {
		return nil, err
	}
	done, refused := propstat{status: "200 OK"}, propstat{
		status: "403 Forbidden",
		error:  "<D:error><D:cannot-modify-protected-property/></D:error>",
	}
	groups := []*propstat{&done, &refused}
	if protected {
		done.status = "424 Failed Dependency"
		slices.Reverse(groups)
	}
	told := map[xml.Name]bool{}
	for _, p := range steps {
		switch name := p.name(); {
		case told[name]:
		case isProtected(name):
			refused.props = appendName(refused.props, name)
		default:
			done.props = appendName(done.props, name)
		}
		told[p.name()] = true
	}
	m := c.multistatus()
	if err := m.response(c.href(c.name, fi.IsDir()), *groups[0], *groups[1]); err != nil {
		return nil, err
	}
	return m.end()
}

// steps reads the body of a PROPPATCH.
func steps(n *node) (all []patch, err error) {
	if !n.is("propertyupdate") {
		return nil, refuse(400, "the body is no DAV:propertyupdate")
	}
	for _, k := range n.elements() {
		if !k.is("set") && !k.is("remove") {
			continue
		}
		prop := k.kid("prop")
		if prop == nil {
			return nil, refuse(400, "a DAV:%s without a DAV:prop", k.name.Local)
		}
		for _, p := range prop.elements() {
			step := patch{remove: k.is("remove"), property: property{Space: p.name.Space, Local: p.name.Local}}
			if !step.remove {
				step.Lang, step.Inner = p.lang, p.inner()
			}
			all = append(all, step)
		}
	}
	if all == nil {
		return nil, refuse(400, "a DAV:propertyupdate of nothing")
	}
	return all, nil
}
