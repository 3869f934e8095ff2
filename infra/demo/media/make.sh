#!/bin/sh
# Makes the demo media again. Needs espeak-ng and an ffmpeg with libx264, libvpx and libopus.
set -eu
cd "$(dirname "$0")"
ffmpeg=${FFMPEG:-ffmpeg}
voice=$(mktemp --suffix=.wav)
trap 'rm -f "$voice"' EXIT
run() { "$ffmpeg" -nostdin -v error -y "$@"; }

espeak-ng -v en-us -s 155 -p 42 -w "$voice" "This clip was made to try out audio extraction. \
The picture draws the wave of this voice. When you hear these words in a file without a picture, \
the source was fetched, its audio track was found, and a new file was written and stored. Thank you for listening."
run -i "$voice" -filter_complex "[0:a]aresample=44100,apad,atrim=end=17,asplit[a][b];
  [b]showwaves=s=320x180:mode=cline:rate=15:colors=0x2a9d8f,setpts=PTS-STARTPTS,format=yuv420p[v]" -map '[v]' -map '[a]' -t 17 \
  -c:v libx264 -preset veryslow -crf 34 -c:a aac -b:a 96k -ac 1 -movflags +faststart \
  -metadata title='A spoken test' -metadata artist='A speech synthesizer' -metadata date=2026 \
  -metadata copyright='CC0 1.0' talk.mp4

root='if(lt(mod(t,8),2),220,if(lt(mod(t,8),4),174.61,if(lt(mod(t,8),6),261.63,196)))'
third='if(lt(mod(t,8),2),1.2,1.26)'
step='mod(floor(t*6),4)'
note="$root*if(lt($step,1),1,if(lt($step,2),$third,if(lt($step,3),1.5,2)))"
pluck='exp(-5*mod(t,1/6))'
arpeggio="0.30*$pluck*(sin(2*PI*t*($note))+0.4*sin(4*PI*t*($note)))"
left="0.12*sin(2*PI*t*($root)/2)+0.08*sin(2*PI*t*($root)*1.5*0.999)"
right="0.12*sin(2*PI*t*($root)/2)+0.08*sin(2*PI*t*($root)*1.5*1.001)"
run -f lavfi -i "aevalsrc='$arpeggio+$left|0.8*$arpeggio+$right':s=48000:d=16" -filter_complex "
  [0:a]aecho=0.8:0.6:170|330:0.35|0.25,afade=t=in:d=0.5,afade=t=out:st=14:d=2,atrim=end=16,asplit[a][b];
  [b]showcqt=s=320x180:fps=15:axis=0:bar_h=90:sono_h=90,format=yuv420p[v]" -map '[v]' -map '[a]' -t 16 \
  -c:v libvpx-vp9 -crf 45 -b:v 0 -c:a libopus -b:a 128k \
  -metadata title='Four chords' -metadata artist='A formula' music.webm

run -f lavfi -i "life=s=320x180:r=10:ratio=0.1:mold=20:life_color=#e9c46a:death_color=#264653:mold_color=#1d3038,format=yuv420p" \
  -t 6 -an -c:v libx264 -preset veryslow -crf 36 -movflags +faststart -metadata title='No sound at all' silent.mp4

# a lighthouse by night, its horn, and the words of a talk that is only to be read
beam='0.5+0.5*cos(2*PI*T/10)'
run -f lavfi -i "nullsrc=s=320x180:r=2:d=120,format=gray,geq=lum='24+180*max(0,1-hypot(X-160,Y-60)/60)*($beam)'" \
  -f lavfi -i "aevalsrc='0.25*lt(mod(t,10),1.5)*sin(2*PI*110*t)':s=8000:d=120" -i lecture.srt \
  -map 0 -map 1 -map 2 -t 120 -c:v libx264 -preset veryslow -crf 40 -g 250 -pix_fmt yuv420p -c:a aac -b:a 6k \
  -c:s mov_text -metadata:s:s:0 language=eng -movflags +faststart \
  -metadata title='How lighthouses got their lamps' -metadata artist='A talk to be read' lecture.mp4
