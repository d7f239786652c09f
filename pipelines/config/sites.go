package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/kamaelia-go/kamaelia/components/errorpages"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// sites makes the default site and the others.
func (b *builder) sites() {
	c, server := b.c, &b.s.Site.Server
	if !c.Site.serves() && len(c.Sites) == 0 {
		b.lacks("", "nothing is served: say root: DIR, or give paths or sites")
		return
	}
	var own pipelines.Host
	if c.Site.serves() {
		own = b.site("", &c.Site, "")
	} else {
		b.idle()
	}
	server.Mounts, server.Before, server.After, server.Errors = own.Mounts, own.Before, own.After, own.Errors
	plain := func() http1.ErrorPart { return &http1.ErrorPages{Debug: c.Debug} }
	if server.Errors == nil {
		server.Errors = plain
	}
	var all []pipelines.Host
	for i := range c.Sites {
		h, path := &c.Sites[i], b.item("sites", i)
		if len(h.Hosts) == 0 {
			b.lacks(path, "it needs hosts: the names that it answers for")
		}
		if !h.serves() {
			b.lacks(path, "nothing is served: say root: DIR, or give paths or redirects")
		}
		site := b.site(path, &h.Site, slices.Concat(h.Hosts, []string{""})[0])
		site.Names = h.Hosts
		if site.Errors == nil && own.Errors != nil {
			site.Errors = plain // not the pages of the default site
		}
		all = append(all, site)
		if c.Site.serves() {
			for j, name := range h.Hosts {
				if name == "*" {
					b.bad(b.item(path+".hosts", j), "the site that stands outside of sites is for all other hosts already")
				}
			}
		}
	}
	if all == nil {
		return
	}
	hosts, err := pipelines.NewHosts(all...)
	b.each(err, func(err error) string {
		at, _ := errors.AsType[*http1.HostError](err)
		return b.item(b.item("sites", at.Site)+".hosts", at.Name)
	})
	server.Hosts = hosts
}

// idle notes what is said of a default site that serves nothing.
func (b *builder) idle() {
	v := reflect.ValueOf(&b.c.Site).Elem()
	for _, k := range keysOf(v.Type()) {
		if !v.FieldByIndex(k.index).IsZero() {
			b.lacks(k.name, "nothing is served here, and sites have nothing from here: put it into each of them")
		}
	}
}

// each notes every one of some joined errors at the key that it belongs to.
func (b *builder) each(err error, path func(error) string) {
	for _, one := range each(err) {
		at := path(one)
		if inner := errors.Unwrap(one); inner != nil {
			one = inner
		}
		b.wrong(at, one)
	}
}

// item is the path of one of a list. One that is written without a list has the
// path of the list.
func (b *builder) item(path string, i int) string {
	item := fmt.Sprintf("%s[%d]", path, i)
	if b.c.source != nil {
		if _, ok := b.c.source.at[item]; !ok && i == 0 {
			return path
		}
	}
	return item
}

// serves reports whether there is anything that a site could answer with.
func (s *Site) serves() bool {
	return s.Root != "" || s.FastCGI != nil || s.SCGI != nil || s.UWSGI != nil || s.Proxy != nil || len(s.Paths) > 0 || len(s.Redirects) > 0 || s.Health != ""
}

// site makes a site. path is that of its group of keys; host is one of its names.
func (b *builder) site(path string, s *Site, host string) pipelines.Host {
	site := pipelines.Host{Before: b.before(path, s, host), After: b.after(path, s)}
	routes := &http1.Router{}
	taken := map[string]string{}
	route := func(at, prefix string) {
		prefix = cmp.Or(trimSlash(prefix), "/")
		if other, ok := taken[prefix]; ok {
			b.bad(at, "%s is served already, by %s", prefix, other)
			return
		}
		taken[prefix] = at
		routes = &http1.Router{}
		routes.Route(prefix)
		b.wrong(at, routes.Validate())
	}
	m := &mounts{b: b, path: path}
	var tree *files.Tree
	if s.Root != "" || s.Place.given() {
		route(join(path, "root"), "/")
		tree = m.place(path, "", &s.Place, &Options{}, "")
	}
	for _, prefix := range slices.Sorted(maps.Keys(s.Paths)) {
		p := s.Paths[prefix]
		at := join(path, "paths."+prefix)
		route(at, prefix)
		m.place(at, trimSlash(prefix), &p, &s.Options, b.c.file(join(path, "root"), s.Root))
	}
	if s.Health != "" {
		route(join(path, "health"), s.Health)
		m.health(s.Health)
	}
	if len(m.all) == 0 {
		m.nothing()
	}
	site.Mounts = m.all
	if pages := b.errorPages(join(path, "error-pages"), s, tree); pages != nil {
		site.Errors = func() http1.ErrorPart {
			return &errorpages.Pages{Tree: tree, Book: pages, Debug: b.c.Debug}
		}
	}
	return site
}

// errorPages makes the table of a site's error pages, which must be there.
func (b *builder) errorPages(path string, s *Site, tree *files.Tree) *errorpages.Book {
	pages := s.ErrorPages
	if len(pages) == 0 {
		return nil
	}
	book, err := errorpages.NewBook(pages)
	b.each(err, func(err error) string {
		at, _ := errors.AsType[*errorpages.StatusError](err)
		return join(path, at.Status)
	})
	if s.Root == "" || s.CGI != nil {
		b.bad(path, "they are files in the site's root, and it has none")
	}
	if tree == nil {
		return nil
	}
	for _, status := range slices.Sorted(maps.Keys(pages)) {
		b.inTree(join(path, status), pages[status], tree)
	}
	return book
}

// inTree reports a path that is no file of a tree.
func (b *builder) inTree(at, path string, tree *files.Tree) {
	if path == "" || path[0] != '/' || tree.Dir == "" {
		return // that is said already
	}
	if _, err := tree.Get(path); err != nil {
		b.missing(at, fmt.Errorf("there is no %s in %s", path, tree.Dir))
	}
}

func trimSlash(path string) string {
	for len(path) > 1 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	if path == "/" {
		return ""
	}
	return path
}
