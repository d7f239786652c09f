package components

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/kamaelia-go/kamaelia/components/spelling"
)

// Find returns the entry with a name: "fileio.Writer", or "Writer" where one package alone
// has one, in any case of letters; by a function that makes a component, such as "TTL"; or by
// what it is called in Kamaelia, such as "SimpleFileWriter". The error for a name that fits
// several names them all, and that for one that fits none the nearest.
func Find(all []Entry, name string) (*Entry, error) {
	name = strings.TrimPrefix(strings.ReplaceAll(name, "/", "."), "components.")
	for _, fits := range []func(*Entry) bool{
		func(e *Entry) bool { return e.Name == name },
		func(e *Entry) bool { return strings.EqualFold(e.Name, name) },
		func(e *Entry) bool { return e.Short() == name },
		func(e *Entry) bool { return strings.EqualFold(e.Short(), name) },
		func(e *Entry) bool { return e.isMadeBy(name) },
		func(e *Entry) bool { return strings.EqualFold(e.Package(), name) },
		func(e *Entry) bool { return e.isCalled(name) },
	} {
		var found []*Entry
		for i := range all {
			if fits(&all[i]) {
				found = append(found, &all[i])
			}
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return nil, fmt.Errorf("%q fits several components: %s", name, names(found))
		}
	}
	return nil, fmt.Errorf("there is no component %q%s", name, nearest(all, name))
}

// isMadeBy says whether a function with a name, with or without its package, returns an
// entry's component.
func (e *Entry) isMadeBy(name string) bool {
	return slices.ContainsFunc(e.Made, func(f string) bool {
		full := f[:strings.IndexAny(f+"(", "([")]
		return strings.EqualFold(full, name) || strings.EqualFold(full[strings.Index(full, ".")+1:], name)
	})
}

// isCalled says whether the comment of an entry says that a word is its name in Kamaelia.
func (e *Entry) isCalled(word string) bool {
	_, kamaelia, ok := strings.Cut(e.About, "Kamaelia's")
	if !ok {
		return false
	}
	sentence, _, _ := strings.Cut(kamaelia, ".")
	return unicode.IsUpper([]rune(word + "a")[0]) && slices.Contains(strings.FieldsFunc(sentence, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), word)
}

func names(entries []*Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Name)
	}
	return strings.Join(all, ", ")
}

// nearest is a hint at the names that were perhaps meant.
func nearest(all []Entry, name string) string {
	const most = 4
	forms := func(e *Entry) []string {
		if strings.Contains(name, ".") {
			return []string{e.Name}
		}
		return []string{e.Name, e.Short()}
	}
	var words []string
	for i := range all {
		words = append(words, forms(&all[i])...)
	}
	near := spelling.Nearest(name, words)
	var found []*Entry
	for i := range all {
		meant := slices.ContainsFunc(forms(&all[i]), func(form string) bool { return slices.Contains(near, form) })
		if meant && len(found) < most {
			found = append(found, &all[i])
		}
	}
	if len(found) == 0 {
		return " (kamaelia doc lists all)"
	}
	return fmt.Sprintf("; did you mean %s?", names(found))
}
