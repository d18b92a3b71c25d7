// Things on stage: where each is, what colours it has and how its joints stand comes from two textures, so that one mesh is
// drawn for all things that share it, and nothing but those textures changes from frame to frame.

#import bevy_pbr::mesh_functions
#import bevy_pbr::view_transformations::position_world_to_clip

#ifdef PREPASS_PIPELINE
#import bevy_pbr::prepass_io::{Vertex, VertexOutput}
#else
#import bevy_pbr::forward_io::{Vertex, VertexOutput, FragmentOutput}
#import bevy_pbr::pbr_fragment::pbr_input_from_standard_material
#import bevy_pbr::pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing}
#endif

// Three texels a thing: place and heading; its drives; colours, size and whether it is active.
@group(#{MATERIAL_BIND_GROUP}) @binding(100) var things: texture_2d<u32>;
// Three texels a joint: pivot and parent; axis and gain; drive and whether it slides.
@group(#{MATERIAL_BIND_GROUP}) @binding(101) var joints: texture_2d<f32>;

// How dark it is, and whether all that is not on a map is pale: from 0 to 1.
@group(#{MATERIAL_BIND_GROUP}) @binding(102) var<uniform> mood: vec4<f32>;

const THINGS_IN_ROW: u32 = 256u;
const JOINTS_IN_ROW: u32 = 64u;
const OWN: u32 = 1u;
const OWN_DARK: u32 = 2u;
const STATE: u32 = 3u;
const LAMP: u32 = 4u;
const LIGHT: u32 = 8u;
const LIGHT_WHEN_ACTIVE: u32 = 16u;
const LIGHT_AT_NIGHT: u32 = 32u;
const FACADE: u32 = 64u;
const STREET: u32 = 128u;
const GROUND: u32 = 256u;
const CHOSEN: u32 = 512u;
const LAMP_EVERY: f32 = 30.0;

fn thing_texel(thing: u32, part: u32) -> vec4<u32> {
    return textureLoad(things, vec2<u32>((thing % THINGS_IN_ROW) * 3u + part, thing / THINGS_IN_ROW), 0);
}

fn joint_texel(joint: u32, part: u32) -> vec4<f32> {
    return textureLoad(joints, vec2<u32>((joint % JOINTS_IN_ROW) * 3u + part, joint / JOINTS_IN_ROW), 0);
}

// Turned about an axis of unit length (Rodrigues).
fn turned(v: vec3<f32>, axis: vec3<f32>, angle: f32) -> vec3<f32> {
    let c = cos(angle);
    return v * c + cross(axis, v) * sin(angle) + axis * dot(axis, v) * (1.0 - c);
}

fn linear(colour: u32) -> vec3<f32> {
    let c = unpack4x8unorm(colour).rgb;
    return select(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, c <= vec3(0.04045));
}

struct Posed {
    position: vec3<f32>,
    normal: vec3<f32>,
}

// A corner of the mesh and its normal, moved by the joint on which they hang, and by those on which that hangs.
fn posed(position: vec3<f32>, normal: vec3<f32>, joint_number: f32, thing: u32) -> Posed {
    var p = Posed(position, normal);
    let drives = bitcast<vec4<f32>>(thing_texel(thing, 1u));
    var joint = u32(joint_number + 0.5);
    for (var depth = 0; depth < 6 && joint > 0u; depth++) {
        let pivot = joint_texel(joint - 1u, 0u);
        let axis = joint_texel(joint - 1u, 1u);
        let how = joint_texel(joint - 1u, 2u);
        let value = drives[u32(how.x + 0.5)] * axis.w;
        if how.y > 0.5 {
            p.position += axis.xyz * value;
        } else {
            p.position = pivot.xyz + turned(p.position - pivot.xyz, axis.xyz, value);
            p.normal = turned(p.normal, axis.xyz, value);
        }
        joint = u32(pivot.w + 0.5);
    }
    // Where the thing is: its heading is counter-clockwise as seen from above, which y is here.
    let place = bitcast<vec4<f32>>(thing_texel(thing, 0u));
    let size = bitcast<f32>(thing_texel(thing, 2u).z);
    let up = vec3(0.0, 1.0, 0.0);
    p.position = place.xyz + turned(p.position * size, up, place.w);
    p.normal = turned(p.normal, up, place.w);
    return p;
}

@vertex
fn vertex(in: Vertex) -> VertexOutput {
    var out: VertexOutput;
    // An entity draws a block of things: each copy of the mesh knows its place in it.
    let thing = mesh_functions::get_tag(in.instance_index) + u32(in.color.a + 0.5);
    var normal = vec3(0.0, 1.0, 0.0);
#ifdef PREPASS_PIPELINE
#ifdef NORMAL_PREPASS_OR_DEFERRED_PREPASS
    normal = in.normal;
#endif
#else
    normal = in.normal;
#endif
    let p = posed(in.position, normal, in.uv.x, thing);
    out.world_position = vec4(p.position, 1.0);
    out.position = position_world_to_clip(p.position);

#ifdef PREPASS_PIPELINE
#ifdef UNCLIPPED_DEPTH_ORTHO_EMULATION
    out.unclipped_depth = out.position.z;
    out.position.z = min(out.position.z, 1.0);
#endif
#ifdef NORMAL_PREPASS_OR_DEFERRED_PREPASS
    out.world_normal = p.normal;
#endif
#ifdef MOTION_VECTOR_PREPASS
    out.previous_world_position = out.world_position;
#endif
#else
    out.world_normal = p.normal;
    let look = thing_texel(thing, 2u);
    let paint = u32(in.uv.y + 0.5);
    let kind = paint & 7u;
    var colour = in.color.rgb;
    if kind == OWN {
        colour = linear(look.x);
    } else if kind == OWN_DARK {
        colour = linear(look.x) * 0.45;
    } else if kind == STATE {
        colour = linear(look.y);
    }
    let flags = look.x >> 24u;
    var glow = 0.0;
    if kind >= LAMP {
        // A lamp that is out is dark glass.
        let lit = f32((flags >> (kind - LAMP)) & 1u);
        colour = mix(colour * 0.12 + 0.01, colour, lit);
        glow = lit;
    } else if (paint & LIGHT) != 0u {
        glow = select(1.0, unpack4x8unorm(look.y).a, kind == STATE);
    } else if (paint & LIGHT_WHEN_ACTIVE) != 0u {
        glow = bitcast<f32>(look.w);
    }
    out.color = vec4(colour, glow);
    out.uv_b = in.uv_b;
    out.uv = vec2(0.0, f32(paint | select(0u, CHOSEN, (flags & 128u) != 0u)));
#endif

#ifdef VERTEX_OUTPUT_INSTANCE_INDEX
    out.instance_index = in.instance_index;
#endif
    return out;
}

#ifndef PREPASS_PIPELINE
fn hash(at: vec2<f32>) -> f32 {
    var p = fract(vec3(at.xyx) * vec3(0.1031, 0.1030, 0.0973));
    p += dot(p, p.yzx + 33.33);
    return fract((p.x + p.y) * p.z);
}

// Even noise: from 0 to 1.
fn noise(at: vec2<f32>) -> f32 {
    let cell = floor(at);
    let within = smoothstep(vec2(0.0), vec2(1.0), at - cell);
    let low = mix(hash(cell), hash(cell + vec2(1.0, 0.0)), within.x);
    let high = mix(hash(cell + vec2(0.0, 1.0)), hash(cell + vec2(1.0, 1.0)), within.x);
    return mix(low, high, within.y);
}

// How much of a pixel about a place lies between two sides, from 0 to 1; `soft` is how much place it sees.
fn between(at: f32, low: f32, high: f32, soft: f32) -> f32 {
    return saturate((at - low) / soft + 0.5) * saturate((high - at) / soft + 0.5);
}

// The light of lamps in streets and behind windows.
const LAMPLIGHT: vec3<f32> = vec3(1.0, 0.66, 0.34);
const ROOMLIGHT: vec3<f32> = vec3(1.0, 0.72, 0.4);

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
    var pbr_input = pbr_input_from_standard_material(in, is_front);
    let flags = u32(in.uv.y + 0.5);
    let dark = mood.x;
    var glow = in.color.a;
    if (flags & LIGHT_AT_NIGHT) != 0u {
        glow = dark;
    }
    var colour = in.color.rgb;
    var surface = in.uv_b;
    var emitted = colour * glow * 1.6;
    let place = in.world_position.xyz;
    // Differences to the pixels beside it are only known where all pixels go.
    let soft = max(fwidth(in.uv_b), vec2(1e-4));
    if (flags & FACADE) != 0u {
        let window = floor(in.uv_b);
        let within = in.uv_b - window;
        // From far away windows are a shade of the wall.
        let sharp = saturate(1.4 - 1.6 * max(soft.x, soft.y));
        let frame = mix(0.27, between(within.x, 0.26, 0.74, soft.x) * between(within.y, 0.26, 0.82, soft.y), sharp);
        let pane = mix(0.19, between(within.x, 0.3, 0.7, soft.x) * between(within.y, 0.3, 0.78, soft.y), sharp);
        let chance = hash(window + vec2(3.7, 11.3));
        let lit = mix(0.22, f32(chance < 0.3) * (0.5 + 1.6 * chance), sharp) * dark;
        let wall = colour;
        colour = mix(mix(wall, wall * 0.5 + 0.32, frame * 0.8), vec3(0.06, 0.08, 0.1) * (0.6 + 0.8 * hash(window)), pane);
        emitted = ROOMLIGHT * pane * lit * 0.9;
        // What comes up from the lamps in the street.
        emitted += wall * LAMPLIGHT * (1.0 - pane) * dark * 0.22 * exp(-max(place.y, 0.0) / 5.0);
        surface = vec2(mix(0.9, 0.16, pane * sharp), 0.0);
    } else if (flags & STREET) != 0u {
        let grain = noise(place.xz * 0.35) * 0.5 + noise(place.xz * 3.1) * 0.3;
        colour *= 0.9 + 0.22 * grain;
        let from_lamp = (fract(in.uv_b.x / LAMP_EVERY) - 0.5) * LAMP_EVERY;
        let pool = exp(-from_lamp * from_lamp / 70.0);
        emitted = colour * LAMPLIGHT * dark * (0.2 + 1.1 * pool);
        surface = vec2(0.92, 0.0);
    } else if (flags & GROUND) != 0u {
        let far = noise(place.xz * 0.013) * 0.5 + noise(place.xz * 0.09) * 0.3 + noise(place.xz * 0.7) * 0.2;
        colour *= 0.72 + 0.56 * far;
    }
    if (flags & 7u) != STATE {
        let grey = dot(colour, vec3(0.21, 0.72, 0.07));
        colour = mix(colour, vec3(0.03 + 0.2 * grey), 0.85 * mood.y);
    }
    pbr_input.material.base_color = vec4(colour * (1.0 - 0.7 * glow), 1.0);
    pbr_input.material.perceptual_roughness = surface.x;
    pbr_input.material.metallic = surface.y;
    // Whoever is chosen shines a little, most where it turns away from the eye.
    let rim = pow(1.0 - saturate(dot(pbr_input.N, pbr_input.V)), 2.0);
    let chosen = f32((flags & CHOSEN) != 0u) * (0.03 + 0.5 * rim);
    pbr_input.material.emissive = vec4(emitted + vec3(0.35, 0.8, 1.0) * chosen, 0.0);
    var out: FragmentOutput;
    out.color = apply_pbr_lighting(pbr_input);
    out.color = main_pass_post_lighting_processing(pbr_input, out.color);
    return out;
}
#endif
