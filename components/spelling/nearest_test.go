package spelling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/spelling"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestHint(t *testing.T) {
	names := []string{"index", "root", "headers", "hidden", "types"}
	for name, want := range map[string]string{
		"indx": "index", "idnex": "index", "Index": "index", "header": "headers", "hiden": "hidden", "type": "types", "rooot": "root",
		"xyz": "", "": "", "completely": "", strings.Repeat("index", 20): "",
	} {
		if want != "" {
			want = "; did you mean " + want + "?"
		}
		if got := spelling.Hint(name, names); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		name, words, want string
	}{
		{"wrtier", "writer,Writer,reader", "writer,Writer"},
		{"cat", "bat,hat,dog,bat", "bat,hat"},
		{"cat", "bat,cat", "cat"},
		{"b", "a,c", ""},
		{"ab", "", ""},
	} {
		got := strings.Join(spelling.Nearest(c.name, strings.FieldsFunc(c.words, func(r rune) bool { return r == ',' })), ",")
		if got != c.want {
			t.Errorf("%s among %s: %q, want %q", c.name, c.words, got, c.want)
		}
	}
}

// FuzzNearest holds that a word is nearest to itself, and that one slip in a word of some
// length still finds it.
func FuzzNearest(f *testing.F) {
	f.Add("index", "indexes", 2)
	f.Fuzz(func(t *testing.T, word, other string, at int) {
		if word != strings.ToLower(word) || len(word) > 60 || len(word) == 0 {
			return
		}
		if near := spelling.Nearest(word, []string{other, word}); !slices.Contains(near, word) {
			t.Fatalf("%q is not near itself: %q", word, near)
		}
		at = max(at, 0) % len(word)
		slip := word[:at] + word[at+1:]
		if slip != strings.ToLower(slip) || len(slip) < 3 {
			return
		}
		if near := spelling.Nearest(slip, []string{word}); len(near) == 0 {
			t.Fatalf("%q is not near %q", slip, word)
		}
	})
}

func ExampleHint() {
	fmt.Printf("there is no key indx%s\n", spelling.Hint("indx", []string{"root", "index"}))
	// Output: there is no key indx; did you mean index?
}
