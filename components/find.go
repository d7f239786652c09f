package components

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Find returns the entry with a name: "fileio.Writer", or "Writer" where one package alone
// has one, in any case of letters, or what a component is called in Kamaelia, such as
// "SimpleFileWriter". The error for a name that fits several names them all, and that for
// one that fits none the nearest.
func Find(all []Entry, name string) (*Entry, error) {
	name = strings.TrimPrefix(strings.ReplaceAll(name, "/", "."), "components.")
	for _, fits := range []func(*Entry) bool{
		func(e *Entry) bool { return e.Name == name },
		func(e *Entry) bool { return strings.EqualFold(e.Name, name) },
		func(e *Entry) bool { return e.Short() == name },
		func(e *Entry) bool { return strings.EqualFold(e.Short(), name) },
		func(e *Entry) bool { return e.Package() == name },
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
	least, found := 1+len(name)/3, []*Entry(nil) // that many slips are believed
	for i := range all {
		e := &all[i]
		d := slips(strings.ToLower(e.Name), strings.ToLower(name))
		if !strings.Contains(name, ".") {
			d = min(d, slips(strings.ToLower(e.Short()), strings.ToLower(name)))
		}
		if d < least {
			least, found = d, nil
		}
		if d == least && len(found) < 4 {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return " (kamaelia doc lists all)"
	}
	return fmt.Sprintf("; did you mean %s?", names(found))
}

// slips counts the letters that are too many, missing or wrong between two words
// (Levenshtein's distance).
func slips(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			wrong := before
			if a[i] != b[j] {
				wrong++
			}
			before = row[j+1]
			row[j+1] = min(wrong, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
