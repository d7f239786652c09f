package auth

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An Area is a part of a site, and who may enter it.
type Area struct {
	// Paths are where it is: each stands for itself and all below it. None means
	// the whole site.
	Paths []string

	// Users are those who may enter. They should be open.
	Users *Users

	// Only names those of Users who may enter; none means all of them.
	Only []string

	// Realm is what a client is told that the password is for; "" means
	// "restricted". It is printable ASCII.
	Realm string

	// Public says that anybody may enter, within an Area that is not public.
	Public bool
}

// Areas are the Areas of a site, for a Basic. Any number of connections share one.
type Areas struct{ places []place }

// A place is one path of an Area.
type place struct {
	path string
	*Area
	challenge string // the value of WWW-Authenticate
}

// An AreaError tells what is wrong with an Area.
type AreaError struct {
	Index int // of the Area
	Err   error
}

// Error tells what is wrong.
func (e *AreaError) Error() string { return fmt.Sprintf("auth: area %d: %v", e.Index+1, e.Err) }

// Unwrap returns Err.
func (e *AreaError) Unwrap() error { return e.Err }

// NewAreas prepares Areas. Where they lie within each other, the one with the
// longest path counts. The error tells of all that make no sense, each as an
// *AreaError.
func NewAreas(areas []Area) (*Areas, error) {
	all := new(Areas)
	var errs []error
	for i := range areas {
		area := areas[i]
		errs = slices.AppendSeq(errs, func(yield func(error) bool) {
			for _, err := range all.add(&area) {
				yield(&AreaError{i, err})
			}
		})
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	slices.SortStableFunc(all.places, func(a, b place) int { return len(b.path) - len(a.path) })
	return all, nil
}

func (a *Areas) add(area *Area) (errs []error) {
	switch {
	case area.Public && (area.Users != nil || area.Only != nil):
		errs = append(errs, errors.New("a public one asks for no users"))
	case !area.Public && area.Users == nil:
		errs = append(errs, errors.New("it needs users"))
	case area.Public && len(area.Paths) == 0:
		errs = append(errs, errors.New("a public one needs paths"))
	}
	realm := area.Realm
	if realm == "" {
		realm = "restricted"
	}
	if strings.ContainsFunc(realm, func(r rune) bool { return r < ' ' || r > '~' }) {
		errs = append(errs, fmt.Errorf("realm %q is not printable ASCII", realm))
	}
	challenge := `Basic realm="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(realm) + `", charset="UTF-8"`
	paths := area.Paths
	if len(paths) == 0 {
		paths = []string{"/"}
	}
	for _, path := range paths {
		if err := checkPath(path); err != nil {
			errs = append(errs, err)
		}
		if path = strings.TrimSuffix(path, "/"); slices.ContainsFunc(a.places, func(p place) bool { return p.path == path }) {
			errs = append(errs, fmt.Errorf("path %q is there already", path+"/"))
		}
		a.places = append(a.places, place{path, area, challenge})
	}
	return errs
}

// checkPath refuses what no Path of a Request is or begins with, so that it would
// protect nothing.
func checkPath(path string) error {
	switch {
	case !strings.HasPrefix(path, "/"):
		return fmt.Errorf("path %q does not begin with a slash", path)
	case strings.ContainsAny(path, "*?"):
		return fmt.Errorf("path %q: all below a path is meant, without a star", path)
	}
	plain := new(http1.Request)
	if err := plain.SetTarget((&url.URL{Path: path}).EscapedPath()); path != "/" && (err != nil || strings.TrimSuffix(plain.Path, "/") != strings.TrimSuffix(path, "/")) {
		return fmt.Errorf("path %q: a path is written decoded, without empty and dot segments", path)
	}
	return nil
}

// readings yields a path, and what it may be to who serves it. A slash that was
// encoded is %2F in it and parts no segments, as files have it; but a program behind
// a proxy gets what the client has sent, and may decode that before it looks.
func readings(p string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(p) || !strings.Contains(p, "%2F") {
			return
		}
		if decoded := strings.ReplaceAll(p, "%2F", "/"); yield(decoded) {
			yield(path.Clean(decoded))
		}
	}
}

// find returns the place that a path is in, or nil. What is no path, as in OPTIONS
// *, counts as the whole site.
func (a *Areas) find(path string) *place {
	if !strings.HasPrefix(path, "/") {
		path = "/"
	}
	for i := range a.places {
		p := &a.places[i]
		if strings.HasPrefix(path, p.path) && (len(path) == len(p.path) || path[len(p.path)] == '/') {
			return p
		}
	}
	return nil
}
