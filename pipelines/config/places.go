package config

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/kamaelia-go/kamaelia/components/compress"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/health"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/httpcache"
	"github.com/kamaelia-go/kamaelia/components/listing"
	"github.com/kamaelia-go/kamaelia/components/upload"
	"github.com/kamaelia-go/kamaelia/components/webdav"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// mounts collects those of a site.
type mounts struct {
	b     *builder
	path  string // of the site's group of keys
	all   []pipelines.Mount
	names map[string]int
}

// name gives the parts of one kind names: NAME, NAME2, NAME3 and so on.
func (m *mounts) name(kind string) string {
	if m.names == nil {
		m.names = map[string]int{}
	}
	m.names[kind]++
	if n := m.names[kind]; n > 1 {
		return fmt.Sprint(kind, n)
	}
	return kind
}

// given reports whether anything is said of a place beside its root.
func (p *Place) given() bool {
	other := *p
	other.Options = Options{}
	return !reflect.ValueOf(other).IsZero()
}

// place makes the mounts of a place, and returns the open tree of its files, nil
// if something is wrong with it. prefix has no slash at its end.
//
//	FILES ─ directories ─▶ LISTING
//	UPLOAD or WEBDAV, for methods of their own
func (m *mounts) place(path, prefix string, p *Place, site *Options, documents string) *files.Tree {
	b := m.b
	if m.upstreams(path, prefix, p) {
		return nil
	}
	if p.Root == "" {
		b.lacks(path, "it needs a root: the directory whose files are served")
		return nil
	}
	if p.WSGI != nil || p.ASGI != nil {
		m.application(path, prefix, p)
		return nil
	}
	if p.CGI != nil {
		m.scripts(path, prefix, p, documents)
		return nil
	}
	options := p.Options.inherit(site)
	at := func(key string) string { return p.Options.home(path, m.path, key) }
	press := b.press(at("compress"), options.Compress)
	tree := b.tree(path, at, p, &options)
	if tree == nil {
		return nil
	}
	if p.Fallback != "" && p.Fallback[0] != '/' {
		b.bad(join(path, "fallback"), "%q does not begin with a slash: it is a path in the root", p.Fallback)
	} else if p.Fallback != "" {
		b.inTree(join(path, "fallback"), p.Fallback, tree)
	}
	mount := pipelines.Mount{
		Path: cmp.Or(prefix, "/"), Name: m.name("FILES"), Rest: true,
		Handler: func() http1.HandlerPart {
			return &files.Reader{Tree: tree, Prefix: prefix, Fallback: p.Fallback}
		},
	}
	if l := p.Listing; l != nil {
		most, page := b.some(join(path, "listing.most"), l.Most), b.some(join(path, "listing.page"), l.Page)
		mount.Next = &pipelines.Next{Name: m.name("LISTING"), Handler: func() http1.HandlerPart {
			return &listing.Lister{Tree: tree, Prefix: prefix, Most: most, Page: page}
		}}
	}
	write := m.writing(path, prefix, p, tree)
	m.cache(path, p, &mount)
	m.compress(press, &mount, write)
	m.all = append(m.all, mount)
	if write != nil {
		m.all = append(m.all, *write)
	}
	return tree
}

// press makes what codes the bodies of a place; nil is nothing.
func (b *builder) press(path string, c *Compress) *compress.Press {
	if c == nil || c.Off {
		return nil
	}
	press := &compress.Press{
		Codings: c.Codings, Types: c.Types, Least: int(c.Least), Gzip: c.Gzip, Zstd: c.Zstd, Memory: int64(c.Memory), Streams: b.some(join(path, "streams"), c.Streams),
	}
	if err := press.Validate(); err != nil {
		b.parts(path, err)
	}
	return press
}

// compress puts the stage that codes behind a handler.
func (m *mounts) compress(press *compress.Press, mount, write *pipelines.Mount) {
	if press == nil {
		return
	}
	name := m.name("COMPRESS")
	mount.After = append(mount.After, pipelines.After{Name: name, Filter: func() http1.ResponseFilterPart {
		return &compress.Encoder{Press: press}
	}})
	if write != nil {
		name := m.name("TAGS")
		write.Before = append(write.Before, pipelines.Before{Name: name, Filter: func() http1.RequestFilterPart {
			return &compress.Tags{Press: press}
		}})
	}
}

// cache puts the stages that keep answers around a handler.
func (m *mounts) cache(path string, p *Place, mount *pipelines.Mount) {
	c := p.Cache
	if c == nil {
		return
	}
	if p.Put != nil || p.WebDAV != nil {
		m.b.bad(join(path, "cache"), "what is written would not be seen: a place has a cache, or put or webdav")
	}
	m.b.bounded(join(path, "cache.memory"), int64(c.Memory))
	m.b.bounded(join(path, "cache.largest"), int64(c.Largest))
	store := &httpcache.Store{
		Memory: max(int64(c.Memory), 0), Largest: max(int64(c.Largest), 0), Variants: m.b.some(join(path, "cache.variants"), c.Variants), Wait: time.Duration(c.Wait), Deaf: c.Deaf, Name: c.Name,
	}
	if err := store.Validate(); err != nil {
		m.b.parts(join(path, "cache"), err)
		return
	}
	lookup, keep := m.name("CACHE"), m.name("KEEP")
	mount.Before = append(mount.Before, pipelines.Before{Name: lookup, Filter: func() http1.RequestFilterPart {
		return &httpcache.Lookup{Store: store}
	}})
	mount.After = append(mount.After, pipelines.After{Name: keep, Filter: func() http1.ResponseFilterPart {
		return &httpcache.Keeper{Store: store}
	}})
}

// writing makes the mount for those who write, or nil.
func (m *mounts) writing(path, prefix string, p *Place, tree *files.Tree) *pipelines.Mount {
	b := m.b
	d := &upload.Dir{Tree: tree}
	switch {
	case p.Put != nil && p.WebDAV != nil:
		b.bad(join(path, "put"), "webdav takes PUT and DELETE as well: give one of the two")
		return nil
	case p.Put != nil:
		d.Largest, d.Spare = int64(p.Put.Largest), int64(p.Put.Spare)
	case p.WebDAV != nil:
		d.Largest, d.Spare = int64(p.WebDAV.Largest), int64(p.WebDAV.Spare)
	default:
		return nil
	}
	d.Largest, d.Spare = max(d.Largest, 0), max(d.Spare, 0)
	if err := d.Open(); err != nil {
		b.missing(join(path, "root"), err)
		return nil
	}
	b.s.closers = append(b.s.closers, d.Close)
	mount := &pipelines.Mount{Path: cmp.Or(prefix, "/"), Rest: true}
	if p.Put != nil {
		mount.Name, mount.Methods = m.name("UPLOAD"), []string{"PUT", "DELETE", "OPTIONS"}
		mount.Handler = func() http1.HandlerPart { return &upload.Writer{Dir: d, Prefix: prefix} }
		return mount
	}
	w := p.WebDAV
	b.bounded(join(path, "webdav.lock-time"), int64(w.LockTime))
	share := &webdav.Share{Dir: d, Infinity: w.Infinity, LockTime: time.Duration(max(w.LockTime, 0)), Locks: b.some(join(path, "webdav.locks"), w.Locks)}
	if err := share.Validate(); err != nil {
		b.wrong(join(path, "webdav"), err)
	}
	mount.Name, mount.Methods = m.name("WEBDAV"), webdav.Methods()
	mount.Handler = func() http1.HandlerPart { return &webdav.Handler{Share: share, Prefix: prefix} }
	return mount
}

// health adds the answer for load balancers.
func (m *mounts) health(path string) {
	state := m.b.s.Health
	m.all = append(m.all, pipelines.Mount{Path: cmp.Or(trimSlash(path), "/"), Name: m.name("HEALTH"), Rest: true, Handler: func() http1.HandlerPart {
		return &health.Health{State: state}
	}})
}

var errNotHere = errors.New("config: the site has nothing at this path")

// nothing adds the answer of a site that has no mounts, as one that but redirects.
func (m *mounts) nothing() {
	m.all = append(m.all, pipelines.Mount{Path: "/", Name: "NOTHING", Rest: true, Handler: func() http1.HandlerPart {
		return &http1.HandlerFunc{Func: nothing}
	}})
}
