package config

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
)

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

// home is where one of the options of a place stands: with itself, or with its site.
func (o *Options) home(path, site, key string) string {
	for _, k := range keysOf(reflect.TypeFor[Options]()) {
		if k.name == key && reflect.ValueOf(o).Elem().FieldByIndex(k.index).IsZero() {
			return join(site, key)
		}
	}
	return join(path, key)
}

// aboutField is the Go name of an option, before what is wrong with it.
var aboutField = regexp.MustCompile(`^\w+: ([A-Z]\w*)(\[[^]]*\])?: (pattern "[^"]*": )?`)

// tree opens the files of a place. at tells where an option stands.
func (b *builder) tree(path string, at func(key string) string, p *Place, o *Options) *files.Tree {
	before := len(b.problems)
	check := func(path string, t *files.Tree) {
		for _, err := range each(t.Validate()) {
			b.wrong(path, errors.New(aboutField.ReplaceAllString(err.Error(), "")))
		}
	}
	for i, name := range o.Index {
		check(b.item(at("index"), i), &files.Tree{Index: []string{name}})
	}
	for ext, media := range o.Types {
		check(at("types")+"."+ext, &files.Tree{Types: map[string]string{ext: media}})
	}
	check(at("default-type"), &files.Tree{DefaultType: o.DefaultType})
	check(at("charset"), &files.Tree{Charset: o.Charset})
	for i, coding := range o.Precompressed {
		check(b.item(at("precompressed"), i), &files.Tree{Codings: []string{coding}})
	}
	var links files.LinkPolicy
	if o.Links != "" && links.UnmarshalText([]byte(o.Links)) != nil {
		b.oneOf(at("links"), o.Links, "inside", "owner", "none")
	}
	t := &files.Tree{
		Dir: b.c.file(join(path, "root"), p.Root), Index: o.Index, Types: o.Types, DefaultType: o.DefaultType, Charset: o.Charset,
		Rules: b.cacheControl(at("cache-control"), o.CacheControl), Codings: o.Precompressed, Ranges: int(o.Ranges),
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
			for _, err := range each(one.Validate()) {
				b.wrong(b.item(at+".paths", j), errors.New(aboutField.ReplaceAllString(err.Error(), "")))
			}
			rules = append(rules, r)
		}
	}
	return rules
}

// parts notes what a component finds wrong with its fields at the keys that are
// called like them.
func (b *builder) parts(path string, err error) {
	for _, one := range each(err) {
		text, at := one.Error(), path
		if field := aboutField.FindStringSubmatch(text); field != nil {
			text, at = text[len(field[0]):], path+"."+strings.ToLower(field[1])
		}
		b.wrong(at, errors.New(text))
	}
}
