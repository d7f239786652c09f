// Package spelling finds the word that was perhaps meant, for errors about names.
package spelling

import (
	"fmt"
	"slices"
	"strings"
)

// longest is how many bytes of a word are looked at; a longer one is near to nothing.
const longest = 64

// Nearest returns those words that differ least from a name, in their order, and none if
// even those differ by more slips of the pen than are likely in it: one, and one more for
// each three letters. The case of letters does not matter.
func Nearest(name string, words []string) []string {
	least, found := 1+len(name)/3, []string(nil)
	name = strings.ToLower(name)
	for _, word := range words {
		d := slips(name, strings.ToLower(word))
		if d < least {
			least, found = d, nil
		}
		if d == least && d < max(len(name), len(word)) && !slices.Contains(found, word) {
			found = append(found, word)
		}
	}
	return found
}

// Hint is the end of an error about a name: a question for the first of the nearest words,
// or "" if none is near.
func Hint(name string, words []string) string {
	if near := Nearest(name, words); len(near) > 0 {
		return fmt.Sprintf("; did you mean %s?", near[0])
	}
	return ""
}

// slips counts the slips of the pen between two words: a letter too many, one
// missing, one wrong, or two in the wrong order (the optimal string alignment
// distance).
func slips(a, b string) int {
	if len(a) > longest || len(b) > longest {
		return longest
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	before, row := rows[2], rows[0]
	for i := 1; i <= len(a); i++ {
		next := rows[i%3]
		next[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
