package config

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
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

// inherit returns the options, with those of the site where none are given.
func (o Options) inherit(site *Options) Options {
	own, other := reflect.ValueOf(&o).Elem(), reflect.ValueOf(site).Elem()
	for i := range own.NumField() {
		if own.Field(i).IsZero() {
			own.Field(i).Set(other.Field(i))
		}
	}
	return o
}

// place makes the mounts of a place, and returns the open tree of its files, nil
// if something is wrong with it. prefix has no slash at its end.
//
//	FILES ─ directories ─▶ LISTING
//	UPLOAD or WEBDAV, for methods of their own
func (m *mounts) place(path, prefix string, p *Place, site *Options, documents string) *files.Tree {
	b := m.b
	if p.Root == "" {
		b.lacks(path, "it needs a root: the directory whose files are served")
		return nil
	}
	if p.WSGI != nil {
		m.application(path, prefix, p)
		return nil
	}
	if p.CGI != nil {
		m.scripts(path, prefix, p, documents)
		return nil
	}
	options := p.Options.inherit(site)
	tree := b.tree(path, p, &options)
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
		b.positive(join(path, "listing.most"), l.Most)
		b.positive(join(path, "listing.page"), l.Page)
		mount.Next = &pipelines.Next{Name: m.name("LISTING"), Handler: func() http1.HandlerPart {
			return &listing.Lister{Tree: tree, Prefix: prefix, Most: l.Most, Page: l.Page}
		}}
	}
	write := m.writing(path, prefix, p, tree)
	m.cache(path, p, &mount)
	m.compress(path, &options, &mount, write)
	m.all = append(m.all, mount)
	if write != nil {
		m.all = append(m.all, *write)
	}
	return tree
}

// aboutField is the Go name of an option, before what is wrong with it.
var aboutField = regexp.MustCompile(`^\w+: [A-Z]\w*(\[[^]]*\])?: (pattern "[^"]*": )?`)

// tree opens the files of a place.
func (b *builder) tree(path string, p *Place, o *Options) *files.Tree {
	before := len(b.problems)
	check := func(key string, t *files.Tree) {
		if err := t.Validate(); err != nil {
			b.wrong(join(path, key), errors.New(aboutField.ReplaceAllString(err.Error(), "")))
		}
	}
	for i, name := range o.Index {
		check(b.item("index", i), &files.Tree{Index: []string{name}})
	}
	for ext, media := range o.Types {
		check("types."+ext, &files.Tree{Types: map[string]string{ext: media}})
	}
	check("default-type", &files.Tree{DefaultType: o.DefaultType})
	check("charset", &files.Tree{Charset: o.Charset})
	for i, coding := range o.Precompressed {
		check(b.item("precompressed", i), &files.Tree{Codings: []string{coding}})
	}
	var links files.LinkPolicy
	if o.Links != "" && links.UnmarshalText([]byte(o.Links)) != nil {
		b.oneOf(join(path, "links"), o.Links, "inside", "owner", "none")
	}
	t := &files.Tree{
		Dir: b.c.file(join(path, "root"), p.Root), Index: o.Index, Types: o.Types, DefaultType: o.DefaultType, Charset: o.Charset,
		Rules: b.cacheControl(join(path, "cache-control"), o.CacheControl), Codings: o.Precompressed, Ranges: int(o.Ranges),
		Hidden: o.Hidden != nil && *o.Hidden || o.Hidden == nil && p.WebDAV != nil,
		Links:  links, Memory: int64(o.Memory), Small: int64(o.Small), Fresh: time.Duration(o.Fresh),
	}
	if !b.directory(join(path, "root"), t.Dir) || len(b.problems) > before {
		return nil
	}
	if err := t.Open(); err != nil {
		b.missing(join(path, "root"), err)
		return nil
	}
	b.s.closers = append(b.s.closers, t.Close)
	return t
}

// cacheControl makes the rules of a tree.
func (b *builder) cacheControl(path string, all []CacheControl) (rules []files.Rule) {
	for i, c := range all {
		at := b.item(path, i)
		if len(c.Paths) == 0 {
			b.lacks(at, "it needs paths; \"*\" is for all")
		}
		if c.Value == "" && c.Expires == 0 {
			b.lacks(at, "it needs a value, or expires")
		}
		value := c.Value
		if value == "immutable" {
			value = files.Immutable
		}
		if c.Expires < 0 {
			b.bad(at+".expires", "off is not possible here: leave it out")
		}
		for j, pattern := range c.Paths {
			r := files.Rule{Pattern: pattern, CacheControl: value, Expires: time.Duration(max(c.Expires, 0))}
			one := &files.Tree{Rules: []files.Rule{r}}
			if err := one.Validate(); err != nil {
				b.wrong(b.item(at+".paths", j), errors.New(aboutField.ReplaceAllString(err.Error(), "")))
			}
			rules = append(rules, r)
		}
	}
	return rules
}

// compress puts the stage that codes behind a handler.
func (m *mounts) compress(path string, o *Options, mount *pipelines.Mount, write *pipelines.Mount) {
	c := o.Compress
	if c == nil || c.Off {
		return
	}
	press := &compress.Press{
		Codings: c.Codings, Types: c.Types, Least: int(c.Least), Gzip: c.Gzip, Zstd: c.Zstd, Memory: int64(c.Memory), Streams: c.Streams,
	}
	if err := press.Validate(); err != nil {
		m.b.wrong(join(path, "compress"), err)
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
	store := &httpcache.Store{
		Memory: int64(c.Memory), Largest: int64(c.Largest), Variants: c.Variants, Wait: time.Duration(c.Wait), Deaf: c.Deaf, Name: c.Name,
	}
	if err := store.Validate(); err != nil {
		m.b.wrong(join(path, "cache"), err)
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
		mount.Name, mount.Methods = m.name("UPLOAD"), []string{"PUT", "DELETE"}
		mount.Handler = func() http1.HandlerPart { return &upload.Writer{Dir: d, Prefix: prefix} }
		return mount
	}
	w := p.WebDAV
	share := &webdav.Share{Dir: d, Infinity: w.Infinity, LockTime: time.Duration(w.LockTime), Locks: w.Locks}
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
