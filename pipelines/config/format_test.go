package config

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anything draws a value of any type of the model.
func anything(t *rapid.T, v reflect.Value, path string) {
	few := rapid.IntRange(0, 3)
	switch v.Interface().(type) {
	case Duration:
		v.SetInt(rapid.Int64Range(-1, 1<<60).Draw(t, path))
		return
	case Count:
		v.SetInt(rapid.Int64Range(-1, 1<<30).Draw(t, path))
		return
	case Size:
		v.SetInt(rapid.OneOf(rapid.Int64Range(-1, 1<<40), rapid.Map(rapid.Int64Range(1, 1000), func(n int64) int64 { return n << 20 })).Draw(t, path))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, k := range keysOf(v.Type()) {
			if rapid.Bool().Draw(t, path+"."+k.name+"?") {
				anything(t, v.FieldByIndex(k.index), path+"."+k.name)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		anything(t, v.Elem(), path)
	case reflect.Slice:
		n := few.Draw(t, path+" length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			anything(t, v.Index(i), fmt.Sprint(path, "[", i, "]"))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range few.Draw(t, path+" size") {
			e := reflect.New(v.Type().Elem()).Elem()
			anything(t, e, path+"[]")
			v.SetMapIndex(reflect.ValueOf(word(t, path)), e)
		}
	case reflect.String:
		v.SetString(word(t, path))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, path))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(-5, 1<<40).Draw(t, path)))
	default:
		t.Fatalf("%s: the model has a %v", path, v.Type())
	}
}

// word draws texts that YAML could take for something else, too.
func word(t *rapid.T, path string) string {
	return rapid.OneOf(
		rapid.StringMatching(`[ -~]{0,12}`),
		rapid.StringOf(rapid.RuneFrom([]rune("ab :#-?*&!|>'\"%@{}[],\\\n\té€/"))),
		rapid.SampledFrom([]string{"", "true", "no", "~", "null", "off", "1", "0x1", "1e3", ".5", "- a", "a: b", "#", "---", "...", "*.css", "/a/*", "=", ".inf", "2001-01-01", "\r", "a\r\nb", "\x00", "\u2028"}),
	).Draw(t, path)
}

func TestFormat_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Config
		anything(t, reflect.ValueOf(&c).Elem(), "")
		text := Format(&c)
		got, err := Parse("f", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(&c, got, same); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
	})
}

func ExampleFormat() {
	c := &Config{
		Listen: []Listen{{Address: ":80"}},
		Grace:  Duration(30e9),
		Site:   Site{Place: Place{Root: "/srv/www", Options: Options{Index: []string{"a.html"}}}},
		Sites: []Host{{
			Hosts: []string{"example.org", "www.example.org"},
			Site:  Site{Place: Place{Root: "/srv/example"}},
		}},
	}
	fmt.Print(string(Format(c)))
	// Output:
	// listen: :80
	// grace: 30s
	// root: /srv/www
	// index: a.html
	// sites:
	//   hosts:
	//     - example.org
	//     - www.example.org
	//   root: /srv/example
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"root: a\n", "listen: [a, {address: b, tls: [{certificate: c}]}]", "x-a: &a {b: c}\n<<: *a\n", "a: &a [*a]", "? a\n: b",
		"timeouts: {head: off, idle: 1d}", "limits:\n  head: 1KiB\n", "--- !!map\nroot: |\n  a\n", "sites: [{hosts: a}, {hosts: [b]}]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("f", text)
		if err != nil {
			if _, ok := err.(Problems); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		out := Format(c)
		again, err := Parse("f", out)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(c, again, same); diff != "" {
			t.Fatalf("%s\n%s", diff, out)
		}
	})
}
