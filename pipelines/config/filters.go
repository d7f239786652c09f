package config

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/auth"
	"github.com/kamaelia-go/kamaelia/components/headers"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/redirect"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// nothing is the handler of a site that has none.
func nothing(_ context.Context, req *http1.Request) (*http1.Response, error) {
	return nil, &http1.Failure{Status: 404, Cause: errNotHere}
}

// before makes the stages that the requests of a site pass. The health path needs
// neither TLS nor a password: who asks has no name, and learns nothing else.
//
//	HTTPS ─▶ REDIRECT ─▶ REWRITE ─▶ AUTH
func (b *builder) before(path string, s *Site, host string) (stages []pipelines.Before) {
	add := func(name string, make func() http1.RequestFilterPart) {
		stages = append(stages, pipelines.Before{Name: name, Filter: make})
	}
	if h := s.HTTPS; h != nil {
		port, except := b.https(join(path, "https"), h), h.Except
		if s.Health != "" {
			except = append(slices.Clone(except), s.Health)
		}
		add("HTTPS", func() http1.RequestFilterPart { return &http1.ToTLS{Port: port, Except: except} })
	}
	if len(s.Redirects) > 0 {
		rules := make([]redirect.Rule, len(s.Redirects))
		for i, r := range s.Redirects {
			rules[i] = redirect.Rule(r)
		}
		table := b.table(join(path, "redirects"), rules)
		add("REDIRECT", func() http1.RequestFilterPart { return &redirect.Redirect{Table: table} })
	}
	if len(s.Rewrites) > 0 {
		rules := make([]redirect.Rule, len(s.Rewrites))
		for i, r := range s.Rewrites {
			rules[i] = redirect.Rule{From: r.From, Pattern: r.Pattern, To: r.To}
		}
		table := b.table(join(path, "rewrites"), rules)
		if table != nil {
			b.rules(join(path, "rewrites"), table.Paths())
		}
		add("REWRITE", func() http1.RequestFilterPart { return &redirect.Rewrite{Table: table} })
	}
	if len(s.Auth) > 0 {
		areas := b.areas(join(path, "auth"), s, host)
		add("AUTH", func() http1.RequestFilterPart { return &auth.Basic{Areas: areas} })
	}
	return stages
}

// https checks where clients are sent that come without TLS.
func (b *builder) https(path string, h *HTTPS) (port string) {
	if h.Port < 0 || h.Port > 65535 {
		b.bad(path+".port", "%d is no port", h.Port)
	}
	for i, except := range h.Except {
		if except == "" || except[0] != '/' {
			b.bad(b.item(path+".except", i), "%q does not begin with a slash", except)
		}
	}
	secured := slices.ContainsFunc(b.c.Listen, func(l Listen) bool { return len(l.TLS) > 0 })
	if !secured && h.Port == 0 {
		b.bad(path, "no address has tls: give the port where https is served by something else")
	}
	if h.Port == 0 || h.Port == 443 {
		return ""
	}
	return strconv.Itoa(h.Port)
}

// table makes the table of some redirects or rewrites.
func (b *builder) table(path string, rules []redirect.Rule) *redirect.Table {
	table, err := redirect.NewTable(rules)
	b.rules(path, err)
	return table
}

func (b *builder) rules(path string, err error) {
	b.each(err, func(err error) string {
		at, _ := errors.AsType[*redirect.RuleError](err)
		return b.item(path, at.Index)
	})
}

// after makes the stages that the responses of a site pass.
func (b *builder) after(path string, s *Site) []pipelines.After {
	if len(s.Headers) == 0 {
		return nil
	}
	rules := make([]headers.Rule, len(s.Headers))
	for i, h := range s.Headers {
		rules[i] = headers.Rule{Paths: h.Paths, Remove: h.Remove}
		for _, name := range slices.Sorted(maps.Keys(h.Set)) {
			rules[i].Set.Add(name, h.Set[name])
		}
		for _, name := range slices.Sorted(maps.Keys(h.Add)) {
			for _, value := range h.Add[name] {
				rules[i].Add.Add(name, value)
			}
		}
	}
	table, err := headers.NewTable(rules)
	b.each(err, func(err error) string {
		at, _ := errors.AsType[*headers.RuleError](err)
		return b.item(join(path, "headers"), at.Index)
	})
	return []pipelines.After{{Name: "HEADERS", Errors: true, Filter: func() http1.ResponseFilterPart {
		return &headers.Editor{Table: table}
	}}}
}

// areas opens the files of passwords, each once for the whole server.
func (b *builder) areas(path string, s *Site, host string) *auth.Areas {
	areas := make([]auth.Area, len(s.Auth))
	for i, a := range s.Auth {
		at := b.item(path, i)
		areas[i] = auth.Area{Paths: a.Paths, Only: a.Only, Realm: cmp.Or(a.Realm, realm(host)), Public: a.Public}
		if a.Users == "" {
			continue
		}
		users, err := b.users(b.c.file(join(at, "users"), a.Users))
		areas[i].Users = users
		if err != nil {
			if pe, ok := errors.AsType[*fs.PathError](err); ok {
				err = fmt.Errorf("cannot read %s: %w", pe.Path, pe.Err)
			}
			b.missing(join(at, "users"), err)
			continue
		}
		for j, name := range a.Only {
			if !users.Has(name) {
				b.missing(b.item(at+".only", j), fmt.Errorf("%s has no user %q", a.Users, name))
			}
		}
	}
	named := slices.ContainsFunc(s.Auth, func(a Auth) bool { return slices.Contains(a.Paths, s.Health) })
	if strings.HasPrefix(s.Health, "/") && !named {
		areas = append(areas, auth.Area{Paths: []string{s.Health}, Public: true})
	}
	made, err := auth.NewAreas(areas)
	b.each(err, func(err error) string {
		at, _ := errors.AsType[*auth.AreaError](err)
		if at.Index == len(s.Auth) {
			return strings.TrimSuffix(path, "auth") + "health" // its own area
		}
		return b.item(path, at.Index)
	})
	return made
}

// realm is what a site's passwords are said to be for.
func realm(host string) string {
	if host == "*" {
		return ""
	}
	return host
}

// users opens a file of passwords.
func (b *builder) users(file string) (*auth.Users, error) {
	if u, ok := b.files[file]; ok {
		return u, nil
	}
	u := &auth.Users{File: file}
	if err := u.Open(); err != nil {
		return u, err
	}
	if b.files == nil {
		b.files = map[string]*auth.Users{}
	}
	b.files[file] = u
	return u, nil
}
